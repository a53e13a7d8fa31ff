// SPDX-License-Identifier: Apache-2.0
// Tensors have up to 64 dims: operations take that many, and nothing makes one with more.
#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/indexing.h"

#include "tensor/tensor_impl.h"

namespace hearth {
namespace {

using Sizes = std::vector<int64_t>;

/// 64 dims, of which six have two elements each, and are not in order of memory.
Tensor wide() {
  Sizes sizes(kMaxRank, 1), order;
  for (size_t d = 0; d < 6; ++d) sizes[d * 11] = 2;
  for (size_t d = kMaxRank; d-- > 0;) order.push_back(static_cast<int64_t>(d));
  return arange(64.).reshape(sizes).permute(order);
}

TEST(Rank, SixtyFourDimsWork) {
  const Tensor x = wide();
  EXPECT_EQ(x.dim(), 64);
  EXPECT_EQ((x + x.contiguous()).sum().item<double>(), 64 * 63.);
  EXPECT_EQ(x.sum(63).dim(), 63);
  EXPECT_EQ(x.amax(Sizes{0, 8, 63}).max().item<double>(), 63.);
}

TEST(Rank, OperationsOfSixtyFourDims) {
  const Tensor x = wide();
  EXPECT_TRUE(x.contiguous().equal(x));
  EXPECT_TRUE(x.to(kDouble).to(kFloat).equal(x));
  EXPECT_EQ(x.flip({0}).sum().item<double>(), 32 * 63.);
  EXPECT_EQ(cat({x, x}, 63).size(63), 4);
  EXPECT_EQ(x.repeat(Sizes(64, 1)).numel(), 64);
  Sizes twice(64, 1);
  twice[63] = 2;
  EXPECT_EQ(x.repeat(twice).numel(), 128);
  EXPECT_EQ(x.softmax(63).sum().item<double>(), 32);
  EXPECT_EQ(x.index_select(63, zeros({1}, kLong)).numel(), 32);
  EXPECT_EQ(nonzero(x).sizes(), IntArrayRef({63, 64}));
  EXPECT_EQ(x.flatten().sizes(), IntArrayRef({64}));
}

TEST(Rank, MoreAreRefused) {
  const Tensor x = wide();
  const Sizes more(65, 1);
  const auto refused = [](const auto& f) {
    try {
      f();
    } catch (const ShapeError& e) {
      EXPECT_NE(e.msg().find("only tensors with up to 64 dims are supported"), std::string::npos)
          << e.msg();
      return true;
    }
    return false;
  };
  double one[1] = {1};
  EXPECT_TRUE(refused([&] { hearth::empty(more); }));
  EXPECT_TRUE(refused([&] { zeros(more); }));
  EXPECT_TRUE(refused([&] { hearth::empty(more, TensorOptions(Device(kMeta))); }));
  EXPECT_TRUE(refused([&] { empty_strided(more, more); }));
  EXPECT_TRUE(refused([&] { from_blob(one, more, kDouble); }));
  EXPECT_TRUE(refused([&] { from_blob(one, more, more, kDouble); }));
  EXPECT_TRUE(refused([&] { ones({1}).view(more); }));
  EXPECT_TRUE(refused([&] { ones({1}).reshape(more); }));
  EXPECT_TRUE(refused([&] { ones({1}).expand(more); }));
  EXPECT_TRUE(refused([&] { ones({1}).repeat(more); }));
  EXPECT_TRUE(refused([&] { ones({1}).as_strided(more, more); }));
  EXPECT_TRUE(refused([&] { x.unsqueeze(0); }));
  EXPECT_TRUE(refused([&] { x.unfold(0, 1, 1); }));
  EXPECT_TRUE(refused([&] { view_as_real(x.to(kComplexDouble)); }));
  EXPECT_TRUE(refused([&] { stack({x, x}); }));
  EXPECT_TRUE(refused([&] { x.index({indexing::None}); }));
  EXPECT_TRUE(refused([&] { x.clone().unsqueeze_(0); }));
  EXPECT_TRUE(refused([&] { one_hot(x.to(kLong), 64); }));
}

TEST(Rank, ARefusedResizeChangesNothing) {
  const Tensor x = arange(6.);
  EXPECT_THROW(x.resize_(Sizes(65, 1)), ShapeError);
  EXPECT_EQ(x.sizes(), IntArrayRef({6}));
  EXPECT_EQ(x.sum().item<double>(), 15);
}

}  // namespace
}  // namespace hearth
