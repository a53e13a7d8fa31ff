// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/lazy.h"

#include <sstream>

#include "hearth/base/default_device.h"
#include "hearth/nn.h"
#include "hearth/ops/random.h"

#include "core/ops/exact.h"

namespace hearth {
namespace {

using namespace nn;
using ::testing::HasSubstr;

/// A lazy module becomes what `eager` is: the same draws, the same results.
template <class Lazy, class Eager>
void check(Lazy net, const Eager& make_eager, const Tensor& x) {
  EXPECT_TRUE(net->has_uninitialized_params());
  EXPECT_TRUE(net->parameters().empty());
  EXPECT_TRUE(
      std::dynamic_pointer_cast<typename Lazy::Impl>(net->clone())->has_uninitialized_params());
  manual_seed(3);
  const Tensor y = net->forward(x);
  manual_seed(3);
  auto eager = make_eager();
  expect_equal(y, eager->forward(x));
  EXPECT_FALSE(net->has_uninitialized_params());
  EXPECT_EQ(net->parameters().size(), eager->parameters().size());
  EXPECT_EQ(net->buffers().size(), eager->buffers().size());
  // Once made, they stay.
  const auto weights = net->parameters();
  net->forward(x);
  for (size_t i = 0; i < weights.size(); ++i) EXPECT_TRUE(net->parameters()[i].is_same(weights[i]));
  const auto copy = std::dynamic_pointer_cast<typename Lazy::Impl>(net->clone());
  EXPECT_EQ(copy->parameters().size(), weights.size());
  std::ostringstream lazy_text, eager_text;
  lazy_text << *net;
  eager_text << *eager;
  std::string want = eager_text.str();
  EXPECT_EQ(lazy_text.str(), want.insert(std::string("torch::nn::").size(), "Lazy"));
}

TEST(Lazy, ModulesBecomeTheOrdinaryOnes) {
  check(
      LazyLinear(5), [] { return Linear(3, 5); }, numbers({2, 3}, kFloat));
  check(
      LazyConv1d(4, 3), [] { return Conv1d(2, 4, 3); }, numbers({1, 2, 6}, kFloat));
  check(
      LazyConv2d(Conv2dOptions(0, 4, 3).groups(2).padding(1)),
      [] { return Conv2d(Conv2dOptions(6, 4, 3).groups(2).padding(1)); },
      numbers({1, 6, 5, 5}, kFloat));
  check(
      LazyConv2d(4, 3), [] { return Conv2d(6, 4, 3); }, numbers({6, 5, 5}, kFloat));
  check(
      LazyConv3d(2, 2), [] { return Conv3d(3, 2, 2); }, numbers({1, 3, 3, 3, 3}, kFloat));
  check(
      LazyConvTranspose1d(4, 3), [] { return ConvTranspose1d(2, 4, 3); },
      numbers({1, 2, 6}, kFloat));
  check(
      LazyConvTranspose2d(4, 3), [] { return ConvTranspose2d(2, 4, 3); },
      numbers({1, 2, 4, 4}, kFloat));
  check(
      LazyConvTranspose3d(4, 2), [] { return ConvTranspose3d(2, 4, 2); },
      numbers({1, 2, 3, 3, 3}, kFloat));
  check(
      LazyBatchNorm1d(), [] { return BatchNorm1d(3); }, numbers({4, 3}, kFloat));
  check(
      LazyBatchNorm2d(BatchNorm2dOptions(0).momentum(0.5)),
      [] { return BatchNorm2d(BatchNorm2dOptions(3).momentum(0.5)); },
      numbers({2, 3, 2, 2}, kFloat));
  check(
      LazyBatchNorm3d(), [] { return BatchNorm3d(3); }, numbers({2, 3, 2, 2, 2}, kFloat));
  const auto affine = [](int64_t n) {
    return InstanceNorm2dOptions(n).affine(true).track_running_stats(true);
  };
  check(
      LazyInstanceNorm1d(affine(0)), [&] { return InstanceNorm1d(affine(3)); },
      numbers({2, 3, 4}, kFloat));
  check(
      LazyInstanceNorm2d(affine(0)), [&] { return InstanceNorm2d(affine(3)); },
      numbers({3, 4, 2}, kFloat));
  check(
      LazyInstanceNorm3d(affine(0)), [&] { return InstanceNorm3d(affine(3)); },
      numbers({2, 3, 2, 2, 2}, kFloat));
}

TEST(Lazy, InSequentialAndWithTooFewDims) {
  Sequential net(LazyConv2d(4, 3), ReLU(), Flatten(), LazyLinear(2));
  EXPECT_EQ(net->forward(ones({2, 3, 4, 4})).sizes(), IntArrayRef({2, 2}));
  EXPECT_EQ(net->parameters().size(), 4u);
  EXPECT_THAT(error_of([] {
                LazyConv2d(4, 3)->forward(ones({3, 3}));
              }),
              HasSubstr("[LazyConv2d] expected an input with features or channels at dim -3"));
}

TEST(Lazy, ParametersAreMadeAsToAsked) {
  LazyLinear linear(3);
  linear->to(kDouble);
  linear->forward(rand({2, 4}, kDouble));
  EXPECT_EQ(linear->weight.scalar_type(), kDouble);
  EXPECT_EQ(linear->bias.scalar_type(), kDouble);

  Sequential net(LazyConv2d(2, 3), LazyBatchNorm2d());
  net->to(default_device(), kDouble);
  net->to(kBFloat16);
  const auto copy = std::dynamic_pointer_cast<SequentialImpl>(net->clone());
  for (auto* each : {net.get(), copy.get()}) {
    each->forward(rand({1, 2, 4, 4}).to(kBFloat16));
    for (const auto& p : each->named_parameters())
      EXPECT_EQ(p.value().scalar_type(), kBFloat16) << p.key();
    EXPECT_EQ(each->named_buffers()["1.running_mean"].scalar_type(), kBFloat16);
    EXPECT_EQ(each->named_buffers()["1.num_batches_tracked"].scalar_type(), kLong);
  }
}

}  // namespace
}  // namespace hearth
