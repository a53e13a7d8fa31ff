// SPDX-License-Identifier: Apache-2.0
#include "hearth/autograd/functional.h"

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/hearth.h"

namespace hearth::autograd::functional {
namespace {

const TensorOptions f64(kDouble);

/// exp(a) * sum(b), and a * a.
variable_list two(const variable_list& in) { return {in[0].exp() * in[1].sum(), in[0] * in[0]}; }
variable_list cubes(const variable_list& in) { return {(in[0].pow(3) * in[1]).sum()}; }

Tensor a() { return tensor({0.5, -1.0, 2.0}, f64); }
Tensor b() { return tensor({1.5, 3.0}, f64); }

TEST(Functional, JacobianHasRowsOfGradients) {
  const auto j = jacobian(two, {a(), b()});
  ASSERT_EQ(j.size(), 2u);
  EXPECT_TRUE(j[0][0].allclose(diag(a().exp() * 4.5)));
  EXPECT_TRUE(j[0][1].allclose(a().exp().unsqueeze(1).expand({3, 2})));
  EXPECT_TRUE(j[1][0].allclose(diag(2 * a())));
  EXPECT_TRUE(j[1][1].equal(zeros({3, 2}, f64)));
  EXPECT_FALSE(j[0][0].requires_grad());
  const Tensor square = jacobian([](Tensor x) { return x * x; }, a().view({3, 1}));
  EXPECT_EQ(square.sizes(), IntArrayRef({3, 1, 3, 1}));
  EXPECT_EQ(jacobian([](Tensor x) { return x.slice(0, 0, 0); }, a()).sizes(), IntArrayRef({0, 3}));
}

TEST(Functional, ProductsAreThoseOfTheJacobian) {
  const auto j = jacobian(two, {a(), b()});
  const variable_list v = {tensor({1.0, -2.0, 0.5}, f64), tensor({0.3, 0.1, 7.0}, f64)};
  const Product left = vjp(two, {a(), b()}, v);
  for (size_t k = 0; k < 2; ++k)
    EXPECT_TRUE(left.product[k].allclose(matmul(v[0], j[0][k]) + matmul(v[1], j[1][k])));
  EXPECT_TRUE(left.outputs[1].equal(a() * a()));

  const variable_list w = {tensor({1.0, -2.0, 0.5}, f64), tensor({0.3, 0.1}, f64)};
  const Product right = jvp(two, {a(), b()}, w);
  for (size_t o = 0; o < 2; ++o)
    EXPECT_TRUE(right.product[o].allclose(matmul(j[o][0], w[0]) + matmul(j[o][1], w[1])));
}

TEST(Functional, HessianAndItsProducts) {
  const variable_list in = {a(), tensor({2.0, 1.0, -1.0}, f64)};
  const auto h = hessian(cubes, in);
  EXPECT_TRUE(h[0][0].allclose(diag(6 * in[0] * in[1])));
  EXPECT_TRUE(h[0][1].allclose(diag(3 * in[0].pow(2))));
  EXPECT_TRUE(h[1][1].equal(zeros({3, 3}, f64)));
  const variable_list v = {tensor({1.0, 2.0, 3.0}, f64), tensor({-1.0, 0.0, 1.0}, f64)};
  const Product left = vhp(cubes, in, v), right = hvp(cubes, in, v);
  for (size_t k = 0; k < 2; ++k) {
    const Tensor want = matmul(h[k][0], v[0]) + matmul(h[k][1], v[1]);
    EXPECT_TRUE(left.product[k].allclose(want));
    EXPECT_TRUE(right.product[k].allclose(want));
  }
  EXPECT_TRUE(hessian([](Tensor x) { return x.sin().sum(); }, a()).allclose(diag(-a().sin())));
}

TEST(Functional, ResultsCanBeDifferentiatedAgain) {
  const Tensor x = a().requires_grad_();
  const Tensor j = jacobian([](Tensor t) { return t.sin(); }, x, /*create_graph=*/true);
  j.sum().backward();
  EXPECT_TRUE(x.grad().allclose(-x.detach().sin()));
  const Product p = jvp([](const variable_list& in) { return variable_list{in[0].exp()}; }, {x},
                        {ones({3}, f64)}, /*create_graph=*/true);
  EXPECT_TRUE(grad({p.product[0].sum()}, {x})[0].allclose(x.detach().exp()));
}

TEST(Functional, TellsWhatIsWrong) {
  EXPECT_THROW(vjp(two, {a(), b()}), ValueError);
  EXPECT_THROW(vjp(two, {a(), b()}, {a()}), ValueError);
  EXPECT_THROW(jvp(two, {a(), b()}, {a(), a()}), ShapeError);
  EXPECT_THROW(hessian(two, {a(), b()}), ValueError);
  EXPECT_THROW(jacobian(two, {a(), b()}, false, /*strict=*/true), AutogradError);
  EXPECT_FALSE(a().grad().defined());
}

}  // namespace
}  // namespace hearth::autograd::functional
