// SPDX-License-Identifier: Apache-2.0
#include "base/checked.h"

#include <gtest/gtest.h>

namespace hearth {
namespace {

TEST(Checked, ComputesWhatFits) {
  EXPECT_EQ((Checked(5) * 2 - 3 + 1).get("test", "x"), 8);
  EXPECT_EQ((Checked(INT64_MAX) - 1 + 1).value_or(0), INT64_MAX);
  EXPECT_EQ((Checked(0) - INT64_MAX - 1).value_or(0), INT64_MIN);
  EXPECT_TRUE((Checked(3) * 4).is(12));
}

TEST(Checked, RemembersWhatDoesNot) {
  EXPECT_FALSE((Checked(INT64_MAX) + 1).fits());
  EXPECT_FALSE((Checked(INT64_MIN) - 1).fits());
  EXPECT_FALSE((Checked(0) - INT64_MIN).fits());
  EXPECT_FALSE((Checked(int64_t{1} << 32) * (int64_t{1} << 31)).fits());
  // Going back does not help, and no number equals it.
  const Checked back = Checked(INT64_MAX) + 1 - 1;
  EXPECT_FALSE(back.fits());
  EXPECT_FALSE(back.is(INT64_MAX));
  EXPECT_FALSE((Checked(1) - back).fits());
  EXPECT_FALSE((Checked(0) * back).fits());
  EXPECT_EQ(back.value_or(-1), -1);
}

TEST(Checked, NamesTheOpAndTheArgument) {
  try {
    (Checked(INT64_MAX) + 1).get("pad", "padding ", int64_t{7});
    FAIL();
  } catch (const ShapeError& e) {
    EXPECT_NE(e.msg().find("[pad] padding 7 is too large"), std::string::npos) << e.msg();
  }
}

TEST(CeilDiv, RoundsUpWithoutOverflow) {
  EXPECT_EQ(ceil_div(0, 5), 0);
  EXPECT_EQ(ceil_div(10, 5), 2);
  EXPECT_EQ(ceil_div(11, 5), 3);
  EXPECT_EQ(ceil_div(INT64_MAX, INT64_MAX - 1), 2);
  EXPECT_EQ(ceil_div(1, INT64_MAX), 1);
}

}  // namespace
}  // namespace hearth
