// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/error.h"

#include <gtest/gtest.h>

namespace {

TEST(Error, JoinsItsMessage) {
  EXPECT_EQ(hearth::cat_str("[view] got ", hearth::IntArrayRef({2, 3}), ", want ", 6, ' ', true),
            "[view] got [2, 3], want 6 true");
}

TEST(Error, CheckThrowsTheTypeAsked) {
  HEARTH_CHECK(1 + 1 == 2, "never");
  try {
    HEARTH_CHECK_AS(hearth::ShapeError, false, "[mm] got ", 3, " dims");
    FAIL();
  } catch (const hearth::Error& e) {
    EXPECT_NE(dynamic_cast<const hearth::ShapeError*>(&e), nullptr);
    EXPECT_STREQ(e.what(), "[mm] got 3 dims");
  }
}

}  // namespace
