// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/hooks.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/optim/sgd.h"

namespace hearth {
namespace {

using autograd::register_post_accumulate_grad_hook;
using autograd::remove_post_accumulate_grad_hook;

TEST(PostAccumulateGradHooks, SeeTheSumAndMayForgetIt) {
  const Tensor x = ones({2}).requires_grad_(), y = ones({2}).requires_grad_();
  std::vector<double> seen;
  const unsigned key = register_post_accumulate_grad_hook(
      x, [&](const Tensor& leaf) { seen.push_back(leaf.grad().sum().item<double>()); });
  const auto loss = [&] { return (x * x * y + x).sum(); };
  loss().backward();
  loss().backward();
  EXPECT_EQ(seen, (std::vector<double>{6, 12}));
  // Not for gradients that are returned, but where backward is asked for this leaf.
  autograd::grad({loss()}, {x});
  EXPECT_EQ(seen.size(), 2u);
  loss().backward({}, std::nullopt, false, std::vector<Tensor>{x});
  EXPECT_EQ(seen.size(), 3u);
  remove_post_accumulate_grad_hook(x, key);
  register_post_accumulate_grad_hook(x, [](const Tensor& leaf) { leaf.mutable_grad().reset(); });
  loss().backward();
  EXPECT_FALSE(x.grad().defined());
  EXPECT_TRUE(y.grad().defined());
  EXPECT_EQ(seen.size(), 3u);
}

TEST(PostAccumulateGradHooks, AnOptimizerMayStepWithinBackward) {
  const Tensor a = full({3}, 2.0).requires_grad_(), b = full({3}, 3.0).requires_grad_();
  std::vector<std::unique_ptr<optim::SGD>> steps;
  for (const Tensor& p : {a, b}) {
    steps.push_back(std::make_unique<optim::SGD>(std::vector<Tensor>{p}, 0.5));
    optim::SGD* step = steps.back().get();
    register_post_accumulate_grad_hook(p, [step](const Tensor&) {
      step->step();
      step->zero_grad();
    });
  }
  (a * b).sum().backward();
  EXPECT_TRUE(a.detach().equal(full({3}, 0.5)));
  EXPECT_TRUE(b.detach().equal(full({3}, 2.0)));
  EXPECT_FALSE(a.grad().defined());
}

TEST(PostAccumulateGradHooks, BelongToLeaves) {
  const Tensor x = ones({2}).requires_grad_();
  const auto nothing = [](const Tensor&) {};
  EXPECT_THROW(register_post_accumulate_grad_hook(x * 2, nothing), AutogradError);
  EXPECT_THROW(register_post_accumulate_grad_hook(ones({2}), nothing), AutogradError);
  EXPECT_THROW(remove_post_accumulate_grad_hook(x, 0), IndexError);
}

}  // namespace
}  // namespace hearth
