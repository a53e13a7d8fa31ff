// SPDX-License-Identifier: Apache-2.0
#include "hearth/tensor/accessor.h"

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor.h"

namespace hearth {
namespace {

template <typename Accessor>
double weighted_sum(const Accessor& a) {
  double sum = 0;
  for (int64_t i = 0; i < a.size(0); ++i)
    for (int64_t j = 0; j < a.size(1); ++j)
      sum += static_cast<double>(10 * i + j) * a[static_cast<int32_t>(i)][static_cast<int32_t>(j)];
  return sum;
}

TEST(Accessor, AllKindsReadAndWriteTheSameElements) {
  const Tensor whole = arange(24, kDouble).view({4, 6});
  const Tensor x = whole.slice(1, 1, 6, 2).t();  // strided
  const double want = weighted_sum(x.accessor<double, 2>());
  EXPECT_EQ(weighted_sum(x.packed_accessor64<double, 2>()), want);
  EXPECT_EQ(weighted_sum(x.packed_accessor32<double, 2>()), want);
  EXPECT_EQ(weighted_sum(x.packed_accessor32<double, 2, RestrictPtrTraits>()), want);
  auto packed = x.packed_accessor64<double, 2>();
  EXPECT_EQ(packed.size(0), 3);
  EXPECT_EQ(packed.stride(0), 2);
  packed[2][3] = -1;
  EXPECT_EQ(x[2][3].item<double>(), -1);
  EXPECT_EQ(whole[3][5].item<double>(), -1);
  EXPECT_EQ((x.accessor<double, 2>()[1].sizes()), (IntArrayRef{4}));
}

TEST(Accessor, RefusesOtherTypesAndRanks) {
  const Tensor x = ones({2, 3});
  EXPECT_THROW((x.accessor<double, 2>()), DtypeError);
  EXPECT_THROW((x.accessor<float, 1>()), ShapeError);
  EXPECT_THROW((x.packed_accessor32<float, 3>()), ShapeError);
  EXPECT_THROW((x.packed_accessor64<int, 2>()), DtypeError);
  const Tensor large = empty({1 << 16, 1 << 16}, TensorOptions(kMeta));
  EXPECT_THROW((large.packed_accessor32<float, 2>()), ValueError);
}

}  // namespace
}  // namespace hearth
