// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "hearth/nn.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth {
namespace {

using nn::Module;
using Gradients = std::vector<Tensor>;

struct SumImpl : Module {
  std::tuple<Tensor, Tensor> forward(const Tensor& a, const Tensor& b) { return {a + b, a * b}; }
};
HEARTH_MODULE(Sum);

TEST(BackwardHooks, SeeWhatEntersAndLeavesAModule) {
  Sum module;
  Gradients into, from;
  module->register_full_backward_hook([&](Module&, Gradients& inputs, const Gradients& outputs) {
    into = inputs;
    from = outputs;
  });
  const Tensor a = full({2}, 2.0).requires_grad_(), b = full({2}, 3.0);
  // The gradient that reaches `a` elsewhere is none of the module's.
  const auto [sum, product] = module(a, b);
  (sum + 10 * product + a).sum().backward();
  ASSERT_EQ(into.size(), 2u);
  EXPECT_TRUE(into[0].equal(full({2}, 31.0)));
  EXPECT_FALSE(into[1].defined());
  ASSERT_EQ(from.size(), 2u);
  EXPECT_TRUE(from[0].equal(ones({2})));
  EXPECT_TRUE(from[1].equal(full({2}, 10.0)));
  EXPECT_TRUE(a.grad().equal(full({2}, 32.0)));
}

TEST(BackwardHooks, MayReplaceGradients) {
  nn::Linear layer(2, 2);
  const unsigned key = layer->register_full_backward_hook(
      [](Module&, Gradients& inputs, const Gradients&) { inputs[0] = inputs[0] * 0 + 7; });
  const Tensor x = ones({1, 2}).requires_grad_();
  layer(x).sum().backward();
  EXPECT_TRUE(x.grad().equal(full({1, 2}, 7.0)));
  EXPECT_TRUE(layer->weight.grad().equal(ones({2, 2})));
  layer->remove_hook(key);
  x.mutable_grad().reset();
  layer(x).sum().backward();
  EXPECT_TRUE(x.grad().allclose(layer->weight.detach().sum(0).unsqueeze(0)));
  layer->register_full_backward_hook(
      [](Module&, Gradients& inputs, const Gradients&) { inputs.clear(); });
  EXPECT_THROW(layer(x).sum().backward(), ValueError);
}

TEST(BackwardHooks, RunForInputsWithoutGradientAndInContainers) {
  nn::Sequential net(nn::Linear(2, 3), nn::ReLU(), nn::Linear(3, 1));
  int calls = 0;
  for (const auto& child : net->children())
    child->register_full_backward_hook([&](Module&, Gradients& inputs, const Gradients& outputs) {
      ++calls;
      EXPECT_EQ(inputs.size(), 1u);
      EXPECT_TRUE(outputs[0].defined());
    });
  const Tensor x = ones({4, 2});
  net->forward(x).sum().backward();
  EXPECT_EQ(calls, 3);
  const NoGradGuard no_grad;
  EXPECT_FALSE(net->forward(x).requires_grad());
}

}  // namespace
}  // namespace hearth
