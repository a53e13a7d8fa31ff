// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/distribution.h"

#include <cmath>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

template <class F>
void expect_error(const F& f, std::string_view text) {
  std::string what = "nothing was thrown";
  try {
    f();
  } catch (const Error& e) {
    what = e.what();
  }
  EXPECT_NE(what.find(text), std::string::npos) << what;
}

/// Mean and variance of n counts lie within five standard errors.
void expect_moments(const Tensor& counts, double mean, double variance, double fourth) {
  const auto n = static_cast<double>(counts.numel());
  const Tensor x = counts.to(kDouble);
  const double m = x.mean().item<double>(), v = x.var().item<double>();
  EXPECT_NEAR(m, mean, 5 * std::sqrt(variance / n));
  const double spread = std::max(fourth - variance * variance, 0.0);
  EXPECT_NEAR(v, variance, 5 * std::sqrt(spread / n) + 1e-3 * variance);
  EXPECT_TRUE(x.equal(x.floor()) && x.min().item<double>() >= 0);
}

TEST(Poisson, HasItsMoments) {
  manual_seed(1);
  for (const double rate : {0.0, 0.01, 0.7, 9.9, 10.1, 250.0, 1e5})
    expect_moments(poisson(full({200000}, rate, kDouble)), rate, rate, rate + 3 * rate * rate);
}

TEST(Poisson, HasItsProbabilities) {
  manual_seed(2);
  for (const double rate : {3.0, 12.0}) {
    const Tensor x = poisson(full({400000}, rate));
    for (int k = 0; k < 20; ++k) {
      const double p = std::exp(k * std::log(rate) - rate - std::lgamma(k + 1.0));
      EXPECT_NEAR((x == k).to(kDouble).mean().item<double>(), p, 5 * std::sqrt(p / 400000)) << k;
    }
  }
}

TEST(Binomial, HasItsMoments) {
  manual_seed(3);
  for (const double n : {1.0, 7.0, 40.0, 1000.0})
    for (const double p : {0.0, 0.02, 0.3, 0.5, 0.8, 0.99, 1.0}) {
      const double v = n * p * (1 - p);
      expect_moments(binomial(full({200000}, n, kDouble), full({}, p, kDouble)), n * p, v,
                     v * (1 + 3 * (n - 2) * p * (1 - p)));
    }
}

TEST(Binomial, HasItsProbabilities) {
  manual_seed(4);
  for (const double p : {0.1, 0.5}) {
    const Tensor x = binomial(full({400000}, 30.0), full({400000}, p));
    for (int k = 0; k <= 30; ++k) {
      const double log_p = std::lgamma(31.0) - std::lgamma(k + 1.0) - std::lgamma(31.0 - k) +
                           k * std::log(p) + (30 - k) * std::log1p(-p);
      const double want = std::exp(log_p);
      EXPECT_NEAR((x == k).to(kDouble).mean().item<double>(), want,
                  5 * std::sqrt(want / 400000) + 1e-6)
          << k;
    }
  }
}

TEST(StandardGamma, HasItsMoments) {
  manual_seed(6);
  for (const double shape : {0.01, 0.3, 1.0, 2.5, 40.0, 1e6}) {
    const Tensor x = _standard_gamma(full({200000}, shape, kDouble));
    EXPECT_NEAR(x.mean().item<double>(), shape, 5 * std::sqrt(shape / 200000));
    const double fourth = 3 * shape * shape + 6 * shape;
    EXPECT_NEAR(x.var().item<double>(), shape, 5 * std::sqrt((fourth - shape * shape) / 200000));
    EXPECT_GT(x.min().item<double>(), 0);
    // Their values of the distribution function are uniform numbers.
    const Tensor p = igamma(full({200000}, shape, kDouble), x);
    for (const double q : {0.1, 0.5, 0.9})
      EXPECT_NEAR((p < q).to(kDouble).mean().item<double>(), q, 5 * std::sqrt(0.25 / 200000));
  }
}

TEST(StandardGamma, IsNeverZeroNorOfNoShape) {
  manual_seed(7);
  for (const ScalarType t : {kFloat, kDouble, kHalf, kBFloat16})
    EXPECT_TRUE((_standard_gamma(full({1000}, 1e-3, t)) > 0).all().item<bool>());
  EXPECT_TRUE(_standard_gamma(tensor({-1.0, NAN, INFINITY})).isnan().all().item<bool>());
  EXPECT_EQ(_standard_gamma(empty({0, 3})).sizes(), IntArrayRef({0, 3}));
  expect_error([] { _standard_gamma(ones({2}, kLong)); }, "floating point");
}

TEST(StandardGamma, GradientKeepsTheDistributionFunction) {
  // Between two shapes close by, numbers of equal probability: found by bisection.
  const auto quantile = [](double shape, double p) {
    double low = 0, high = 1000;
    for (int i = 0; i < 200; ++i) {
      const double x = (low + high) / 2;
      const double at = igamma(full({}, shape, kDouble), full({}, x, kDouble)).item<double>();
      (at < p ? low : high) = x;
    }
    return (low + high) / 2;
  };
  for (const double shape : {0.2, 1.0, 3.5, 60.0})
    for (const double p : {0.02, 0.5, 0.97}) {
      const double h = 1e-4 * std::min(1.0, shape);
      const double want = (quantile(shape + h, p) - quantile(shape - h, p)) / (2 * h);
      const double got =
          _standard_gamma_grad(full({}, shape, kDouble), full({}, quantile(shape, p), kDouble))
              .item<double>();
      EXPECT_NEAR(got, want, 2e-5 * std::abs(want)) << shape << ' ' << p;
    }
  // The mean's gradient is 1, the mean of squares' 2 shape + 1.
  manual_seed(8);
  const Tensor shape = full({400000}, 2.0, kDouble).requires_grad_();
  const Tensor x = _standard_gamma(shape);
  (x.sum() + x.square().sum()).backward();
  EXPECT_NEAR(shape.grad().mean().item<double>(), 6, 0.05);
}

TEST(SampleDirichlet, HasItsMeansAndGradient) {
  manual_seed(9);
  const Tensor shapes = tensor({0.5, 1.5, 3.0}, kDouble).requires_grad_();
  const Tensor x = _sample_dirichlet(shapes.expand({200000, 3}));
  EXPECT_TRUE(x.sum(-1).allclose(ones({200000}, kDouble)));
  EXPECT_TRUE(x.mean(0).allclose(tensor({0.1, 0.3, 0.6}, kDouble), 0, 5e-3));
  // d(a0 / sum) / da.
  x.select(1, 0).mean().backward();
  EXPECT_TRUE(shapes.grad().allclose(tensor({0.18, -0.02, -0.02}, kDouble), 0, 5e-3));
}

TEST(Counts, FollowFromTheGenerator) {
  Generator g(5);
  const Tensor rates = linspace(0, 50, 3000), p = linspace(0, 1, 3000);
  set_num_threads(1);
  const Tensor a = poisson(rates, g), b = binomial(rates, p, g), c = poisson(rates, g);
  EXPECT_FALSE(a.equal(c));
  g.set_current_seed(5);
  set_num_threads(4);
  EXPECT_TRUE(poisson(rates, g).equal(a) && binomial(rates, p, g).equal(b));
  set_num_threads(1);
  // A half type holds the same counts, rounded; a strided operand draws in logical order.
  g.set_current_seed(5);
  EXPECT_TRUE(poisson(rates.to(kHalf).to(kFloat), g)
                  .to(kHalf)
                  .equal((g.set_current_seed(5), poisson(rates.to(kHalf), g))));
  const Tensor grid = rates.view({30, 100});
  g.set_current_seed(5);
  EXPECT_TRUE(poisson(grid.t().contiguous().t(), g).equal(a.view({30, 100})));
}

TEST(Counts, RefuseWhatIsNoDistribution) {
  expect_error([] { poisson(tensor({-1.0})); }, "expected rate to be non-negative");
  expect_error([] { poisson(tensor({NAN})); }, "expected rate to be non-negative");
  expect_error([] { poisson(ones({2}, kLong)); }, "floating point");
  expect_error([] { binomial(ones({2}, kLong), ones({2})); }, "floating-point dtypes");
  expect_error([] { binomial(ones({2}), ones({2}, kDouble)); }, "Found dtype");
  EXPECT_TRUE(std::isnan(binomial(ones({1}), tensor({NAN})).item<float>()));
  EXPECT_TRUE(std::isnan(binomial(tensor({NAN}), full({1}, 0.5)).item<float>()));
  EXPECT_TRUE(binomial(tensor({-4.0, 10.5}), ones({2})).equal(tensor({0.0, 10.5})));
  expect_error([] { normal(ones({2}), tensor({1.0, -1.0})); }, "all elements of std >= 0.0");
  expect_error([] { normal(1.0, ones({2}, kComplexFloat)); }, "non-complex");
}

TEST(Counts, HaveNoGradient) {
  const Tensor x = full({3}, 4.0).requires_grad_(), p = full({3}, 0.5).requires_grad_();
  (poisson(x) + binomial(x, p)).sum().backward();
  EXPECT_TRUE(x.grad().equal(zeros({3})) && p.grad().equal(zeros({3})));
}

TEST(NativeDropout, GivesItsMask) {
  manual_seed(6);
  const Tensor x = ones({1000}).requires_grad_();
  const auto [y, mask] = native_dropout(x, 0.25, true);
  EXPECT_EQ(mask.scalar_type(), kBool);
  EXPECT_TRUE(y.detach().equal(mask.to(kFloat) * (1 / 0.75)));
  EXPECT_NEAR(mask.to(kFloat).mean().item<float>(), 0.75, 0.07);
  y.sum().backward();
  EXPECT_TRUE(x.grad().equal(y.detach()));
  EXPECT_TRUE(std::get<1>(native_dropout(x, 0.25, false)).all().item<bool>());
  EXPECT_EQ(std::get<0>(native_dropout(x, 1.0, true)).sum().item<float>(), 0);
  expect_error([&] { native_dropout(x, 1.5, true); }, "between 0 and 1");
}

TEST(OutForms, OfRandomNumbersDrawTheSame) {
  Generator g(7);
  const auto same = [&](const Tensor& want, const auto& fill) {
    g.set_current_seed(7);
    Tensor out = empty({0}, want.scalar_type());
    fill(out);
    EXPECT_TRUE(out.equal(want));
    g.set_current_seed(7);
  };
  g.set_current_seed(7);
  same(rand({3, 2}, g), [&](Tensor& t) { rand_out(t, {3, 2}, g); });
  same(randn({3, 2}, g), [&](Tensor& t) { randn_out(t, {3, 2}, g); });
  same(randint(9, {3, 2}, g), [&](Tensor& t) { randint_out(t, 9, {3, 2}, g); });
  same(randint(-3, 9, {4}, g), [&](Tensor& t) { randint_out(t, -3, 9, {4}, g); });
  same(randperm(9, g), [&](Tensor& t) { randperm_out(t, 9, g); });
  const Tensor p = linspace(0, 1, 50);
  same(bernoulli(p, g), [&](Tensor& t) { bernoulli_out(t, p, g); });
  same(bernoulli(p, 0.3, g), [&](Tensor& t) { bernoulli_out(t, p, 0.3, g); });
  same(bernoulli(zeros({50}), p, g), [&](Tensor& t) { bernoulli_out(t, p, g); });
  same(multinomial(p, 4, false, g), [&](Tensor& t) { multinomial_out(t, p, 4, false, g); });
  same(normal(p, 2.0, g), [&](Tensor& t) { normal_out(t, p, 2.0, g); });
  same(normal(2.0, p, g), [&](Tensor& t) { normal_out(t, 2.0, p, g); });
  same(normal(p, p, g), [&](Tensor& t) { normal_out(t, p, p, g); });
  same(normal(1.0, 2.0, {5}, g), [&](Tensor& t) { normal_out(t, 1.0, 2.0, {5}, g); });
  same(poisson(p, g), [&](Tensor& t) { poisson_out(t, p, g); });
  same(binomial(p, p, g), [&](Tensor& t) { binomial_out(t, p, p, g); });
  same(normal_functional(p, 1, 2, g), [&](Tensor& t) { normal_out(t, 1.0, 2.0, {50}, g); });
}

}  // namespace
}  // namespace hearth
