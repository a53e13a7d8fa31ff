// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/lbfgs.h"

#include <gtest/gtest.h>

#include "hearth/io/archive.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth::optim {
namespace {

std::vector<Tensor> parameters(const TensorOptions& options = kDouble) {
  std::vector<Tensor> params = {linspace(-1.5, 1, 6, options), full({2, 2}, 2.0, options).t()};
  for (Tensor& p : params) p.set_requires_grad(true);
  return params;
}

/// Rosenbrock's valley in the first parameter, a fourth power in the second.
Tensor loss_of(const std::vector<Tensor>& params) {
  const Tensor x = params[0].slice(0, 0, -1), y = params[0].slice(0, 1);
  return ((y - x.square()).square() * 10 + (1 - x).square()).sum() + (params[1] - 0.5).pow(4).sum();
}

LossClosure closure_of(Optimizer& optimizer) {
  return [&optimizer] {
    optimizer.zero_grad();
    Tensor loss = loss_of(optimizer.param_groups()[0].params());
    loss.backward();
    return loss;
  };
}

void run(LBFGS& optimizer, int steps) {
  for (int i = 0; i < steps; ++i) optimizer.step(closure_of(optimizer));
}

TEST(LBFGS, FindsTheEndOfAValley) {
  const std::vector<Tensor> params = parameters();
  LBFGS optimizer(params, LBFGSOptions().line_search_fn("strong_wolfe"));
  run(optimizer, 10);
  EXPECT_LT(loss_of(params).item<double>(), 1e-8);
  EXPECT_TRUE(params[0].allclose(ones({6}, kDouble), 0, 1e-4));
}

TEST(LBFGS, ContinuesInAnotherType) {
  const std::vector<Tensor> wide = parameters();
  LBFGS one(wide, LBFGSOptions(0.1).max_iter(3));
  run(one, 3);
  std::vector<Tensor> narrow;
  for (const Tensor& p : wide) narrow.push_back(p.detach().to(kFloat).set_requires_grad(true));
  LBFGS two(narrow, LBFGSOptions());
  two.load_state_dict(one.state_dict());
  run(one, 1);
  run(two, 1);
  for (size_t k = 0; k < wide.size(); ++k)
    EXPECT_TRUE(narrow[k].to(kDouble).allclose(wide[k], 1e-3, 1e-4)) << k;
}

TEST(LBFGS, ContinuesFromASavedState) {
  for (const LBFGSOptions& options :
       {LBFGSOptions(0.01).max_iter(3).history_size(5),
        LBFGSOptions().max_iter(3).history_size(5).line_search_fn("strong_wolfe")}) {
    const std::vector<Tensor> whole = parameters(), part = parameters();
    LBFGS one(whole, options), two(part, options), three(part, LBFGSOptions(0.5));
    run(one, 5);
    run(two, 5);
    const std::vector<char> saved = two.state_dict().to_buffer();
    serialize::InputArchive archive;
    archive.load_from(saved.data(), saved.size());
    archive >> three;
    EXPECT_EQ(three.param_groups()[0].options(), one.param_groups()[0].options());
    const auto& state = *three.state().at(part[0].unsafeGetTensorImpl());
    EXPECT_EQ(state, *one.state().at(whole[0].unsafeGetTensorImpl()));
    EXPECT_EQ(*state.clone(), state);
    run(one, 1);
    EXPECT_FALSE(state == *one.state().at(whole[0].unsafeGetTensorImpl()));
    run(one, 4);
    run(three, 5);
    for (size_t k = 0; k < 2; ++k) EXPECT_TRUE(whole[k].equal(part[k])) << k;
  }
}

TEST(LBFGS, TakesComplexParametersAndThoseWithoutGradients) {
  const Tensor z = zeros({3}, TensorOptions(kComplexDouble)).set_requires_grad(true);
  const Tensor unused = ones({2}, TensorOptions(kDouble)).set_requires_grad(true);
  const Tensor goal = full({3}, complex<double>(1, -2), TensorOptions(kComplexDouble));
  LBFGS optimizer(std::vector<Tensor>{z, unused}, LBFGSOptions().line_search_fn("strong_wolfe"));
  optimizer.step([&] {
    optimizer.zero_grad();
    Tensor loss = (z - goal).abs().square().sum();
    loss.backward();
    return loss;
  });
  EXPECT_TRUE(z.allclose(goal));
  EXPECT_TRUE(unused.equal(ones({2}, TensorOptions(kDouble))));
}

TEST(LBFGS, RefusesWhatItCannotDo) {
  std::vector<OptimizerParamGroup> groups;
  for (const Tensor& p : parameters()) groups.emplace_back(std::vector<Tensor>{p});
  EXPECT_THROW(LBFGS{groups}, ValueError);
  LBFGS optimizer(parameters());
  EXPECT_THROW(optimizer.step(nullptr), ValueError);
  for (const LBFGSOptions& options :
       {LBFGSOptions().max_iter(0), LBFGSOptions().max_eval(0), LBFGSOptions().history_size(0),
        LBFGSOptions().tolerance_grad(-1), LBFGSOptions().tolerance_change(-1)})
    EXPECT_THROW(LBFGS(parameters(), options), ValueError);
  EXPECT_FALSE(LBFGS(std::vector<Tensor>{}).step([] { return Tensor(); }).defined());
}

}  // namespace
}  // namespace hearth::optim
