// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/context.h"

#include <gtest/gtest.h>

#include "hearth/base/error.h"

namespace hearth {
namespace {

TEST(Context, MatmulPrecisionIsTf32sOtherName) {
  EXPECT_EQ(float32_matmul_precision(), "highest");
  EXPECT_FALSE(allow_tf32_cublas());
  for (const char* precision : {"high", "medium"}) {
    set_float32_matmul_precision(precision);
    EXPECT_EQ(float32_matmul_precision(), precision);
    EXPECT_TRUE(allow_tf32_cublas());
  }
  EXPECT_THROW(set_float32_matmul_precision("low"), ValueError);
  EXPECT_EQ(float32_matmul_precision(), "medium");
  set_allow_tf32_cublas(false);
  EXPECT_EQ(float32_matmul_precision(), "highest");
  set_allow_tf32_cublas(true);
  EXPECT_EQ(float32_matmul_precision(), "high");
  set_allow_tf32_cublas(false);
}

}  // namespace
}  // namespace hearth
