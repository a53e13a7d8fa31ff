// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/feature_files/cmvn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"

namespace hearth::audio {
namespace {

using testing::HasSubstr;

TEST(Cmvn, StatisticsAreKaldis) {
  CmvnStats stats;
  EXPECT_EQ(stats.frames(), 0);
  stats.accumulate(tensor({1.0, 2.0, 3.0, 6.0}, kFloat).reshape({2, 2}));
  stats.accumulate(tensor({5.0, -1.0}, kFloat).reshape({1, 2}), tensor({0.5}, kFloat));
  const Tensor expected = tensor({6.5, 7.5, 2.5, 22.5, 40.5, 0.0}, kDouble).reshape({2, 3});
  EXPECT_TRUE(stats.matrix().equal(expected));
  CmvnStats both(stats.matrix());
  both.merge(stats);
  both.merge({});
  EXPECT_TRUE(both.matrix().equal(expected * 2));
  EXPECT_EQ(both.frames(), 5);
  EXPECT_TRUE(stats.matrix().equal(expected));
}

TEST(Cmvn, NormalizesAndUndoesIt) {
  const Tensor x = randn({50, 3}) * tensor({1.0, 10.0, 0.0}, kFloat) + 100;
  CmvnStats stats;
  stats.accumulate(x);
  const Tensor centred = stats.apply(x);
  EXPECT_EQ(centred.scalar_type(), kFloat);
  EXPECT_TRUE(centred.allclose(x - x.mean(0), 1e-5, 1e-4));
  const auto full = ApplyCmvnOptions().norm_vars(true);
  const Tensor y = stats.apply(x, full);
  EXPECT_TRUE(y.slice(1, 0, 2).mean(0).abs().lt(1e-4).all().item<bool>());
  EXPECT_TRUE(y.slice(1, 0, 2).square().mean(0).allclose(ones({2}), 1e-3));
  // What never changes is zero, not infinite.
  EXPECT_TRUE(y.select(1, 2).eq(0).all().item<bool>());
  EXPECT_TRUE(stats.apply(y, ApplyCmvnOptions().norm_vars(true).reverse(true)).allclose(x, 1e-5));
  const Tensor kept = stats.apply(x, ApplyCmvnOptions().norm_vars(true).skip_dims({1}));
  EXPECT_TRUE(kept.select(1, 1).equal(x.select(1, 1)));
  EXPECT_TRUE(kept.select(1, 0).equal(y.select(1, 0)));
  EXPECT_EQ(stats.apply(zeros({0, 3})).sizes(), IntArrayRef({0, 3}));
}

TEST(Cmvn, SaysWhatIsWrong) {
  CmvnStats stats;
  EXPECT_THROW(stats.matrix(), ValueError);
  EXPECT_THAT(error_of<ValueError>([&] {
                stats.apply(ones({1, 2}));
              }),
              HasSubstr("a frame at least"));
  stats.accumulate(zeros({0, 2}));
  EXPECT_THROW(stats.mean(), ValueError);
  EXPECT_THROW(stats.accumulate(zeros({2, 3})), ShapeError);
  EXPECT_THROW(stats.accumulate(zeros({2})), ShapeError);
  EXPECT_THROW(stats.accumulate(zeros({2, 2}), zeros({3})), ShapeError);
  stats.accumulate(ones({2, 2}));
  EXPECT_THROW(stats.apply(ones({1, 3})), ShapeError);
  EXPECT_THROW(stats.apply(ones({1, 2}), ApplyCmvnOptions().skip_dims({2})), IndexError);
  CmvnStats other;
  other.accumulate(ones({1, 3}));
  EXPECT_THROW(stats.merge(other), ShapeError);
  for (const Tensor& bad : {zeros({3, 3}), zeros({2, 1}), zeros({4})})
    EXPECT_THROW(CmvnStats{bad}, FormatError);
}

}  // namespace
}  // namespace hearth::audio
