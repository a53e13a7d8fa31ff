// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/default_device.h"

#include <gtest/gtest.h>

#include "hearth/nn/modules/linear.h"
#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

TEST(DefaultDevice, IsWhereNewTensorsLie) {
  const nn::Linear made(2, 3);
  {
    const DefaultDeviceGuard guard(kMeta);
    EXPECT_EQ(default_device(), Device(kMeta));
    for (const Tensor& t : {empty({2}), zeros({2}), full({2}, 1), rand({2}), randn({2}),
                            randperm(3), arange(3), linspace(0, 1, 3), eye(2)})
      EXPECT_TRUE(t.device().is_meta());
    EXPECT_TRUE(nn::Linear(2, 3)->weight.device().is_meta());
    // What is named, or like something, is where that says.
    EXPECT_TRUE(zeros({2}, kCPU).device().is_cpu());
    EXPECT_TRUE(zeros_like(made->weight).device().is_cpu());
    EXPECT_TRUE(tensor({1, 2}).device().is_cpu());
    {
      const DefaultDeviceGuard inner(kCPU);
      EXPECT_TRUE(zeros({2}).device().is_cpu());
    }
    EXPECT_TRUE(zeros({2}).device().is_meta());
  }
  EXPECT_TRUE(zeros({2}).device().is_cpu());
}

}  // namespace
}  // namespace hearth
