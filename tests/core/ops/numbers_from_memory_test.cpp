// SPDX-License-Identifier: Apache-2.0
// What a replayed training step reads from memory gives what fields give.
#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/tensor/tensor_literal.h"

#include "ops/optim_step.h"
#include "ops/random.h"

namespace hearth {
namespace {

/// Parameter, gradient and states of two parameters.
std::vector<Tensor> groups(ScalarType type, int tensors) {
  manual_seed(4);
  std::vector<Tensor> in;
  for (const std::vector<int64_t>& sizes : {std::vector<int64_t>{300, 3}, {}})
    for (int k = 0; k < tensors; ++k) in.push_back(rand(sizes).to(type));
  return in;
}

template <class Op>
void step(const Op& op, std::vector<Tensor> numbers, const std::vector<Tensor>& groups) {
  numbers.insert(numbers.end(), groups.begin(), groups.end());
  invoke({Op::row(), &op, ArgList(numbers), {}, Bind::Fresh});
}

void expect_equal(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(a[i].equal(b[i])) << "tensor " << i;
}

TEST(NumbersFromMemory, StepsHaveTheSameBits) {
  for (const ScalarType type : {kFloat, kDouble, kHalf, kBFloat16}) {
    SCOPED_TRACE(to_string(type));
    const Tensor rate = full({}, 0.0, TensorOptions(kDouble));
    const Tensor number = full({}, 0, TensorOptions(kLong));
    const auto sgd = groups(type, 3), sgd_memory = groups(type, 3);
    const auto adam = groups(type, 5), adam_memory = groups(type, 5);
    for (int64_t n = 1; n <= 3; ++n) {
      const double lr = 0.1 / static_cast<double>(n);
      rate.fill_(lr);
      number.add_(1);
      ops::SgdStep s{.lr = lr, .momentum = 0.9, .weight_decay = 0.2};
      step(s, {Tensor()}, sgd);
      s.lr = 100;
      step(s, {rate}, sgd_memory);
      ops::AdamStep a{lr, 0.9, 0.99, 1e-8, 0.1, n % 2 == 0, false, n};
      step(a, {Tensor(), Tensor()}, adam);
      a.lr = a.step = 100;
      step(a, {number, rate}, adam_memory);
      expect_equal(sgd, sgd_memory);
      expect_equal(adam, adam_memory);
    }
  }
}

TEST(NumbersFromMemory, StepsCheckThem) {
  const auto state = groups(kFloat, 3);
  EXPECT_THROW(step(ops::SgdStep{}, {ones({1})}, state), ShapeError);
  EXPECT_THROW(step(ops::SgdStep{}, {}, {}), ValueError);
  EXPECT_THROW(step(ops::AdamStep{}, {Tensor(), ones({2})}, groups(kFloat, 5)), ShapeError);
}

TEST(NumbersFromMemory, RandomOpsDrawTheSameBits) {
  const Tensor x = rand({37, 5});
  const Tensor memory = tensor({int64_t{99}, int64_t{1000}}), strided = zeros({4}, kLong);
  const Tensor gaps = strided.slice(0, 0, 4, 2);
  gaps.copy_(memory);
  for (const Tensor& from : {memory, gaps}) {
    for (const uint64_t more : {0, 8}) {
      const uint64_t at = 1000 + more;
      EXPECT_TRUE(
          invoke(ops::Dropout{0.3, 1, more}, x, from).equal(invoke(ops::Dropout{0.3, 99, at}, x)));
      EXPECT_TRUE(
          invoke(ops::Bernoulli{1, more}, x, from).equal(invoke(ops::Bernoulli{99, at}, x)));
      for (const auto kind : {ops::Distribution::Normal, ops::Distribution::Uniform,
                              ops::Distribution::Bernoulli, ops::Distribution::Integer}) {
        ops::RandomFill fill{.distribution = kind, .a = 0.25, .range = 7, .seed = 1};
        fill.offset = more;
        const Tensor got = invoke_(fill, x.clone(), from);
        fill.seed = 99;
        fill.offset = at;
        EXPECT_TRUE(got.equal(invoke_(fill, x.clone())));
      }
    }
  }
  memory.select(0, 1).add_(64);
  EXPECT_TRUE(
      invoke(ops::Dropout{0.3, 1, 0}, x, memory).equal(invoke(ops::Dropout{0.3, 99, 1064}, x)));
  EXPECT_THROW(invoke(ops::Dropout{0.3}, x, ones({2})), ShapeError);
  EXPECT_THROW(invoke(ops::Dropout{0.3}, x, ones({3}, kLong)), ShapeError);
}

TEST(NumbersFromMemory, DropoutsGradientDrawsWhatForwardDrew) {
  const Tensor memory = tensor({int64_t{5}, int64_t{0}});
  const Tensor x = ones({100}).requires_grad_();
  const Tensor y = invoke(ops::Dropout{0.5, 0, 16}, x, memory);
  y.sum().backward();
  EXPECT_TRUE(x.grad().equal(y.detach()));
  const Tensor z = invoke(ops::Dropout{0.5, 0, 16}, x, memory);
  memory.select(0, 1).add_(1);
  EXPECT_THROW(z.sum().backward(), Error) << "the mask could not be drawn again";
}

}  // namespace
}  // namespace hearth
