// SPDX-License-Identifier: Apache-2.0
// What golden values cannot ask: randomness, errors, numbers at the edge of a type.
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/ops/activation.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/gradient.h"
#include "hearth/ops/special.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

TEST(Rrelu, DrawsASlopeForEachNegativeElement) {
  manual_seed(3);
  const Tensor x = linspace(-2, 2, 1000, kDouble).requires_grad_();
  Tensor noise = zeros_like(x);
  const Tensor y = rrelu_with_noise(x, noise, 0.25, 0.5, /*training=*/true);
  const Tensor negative = x.detach().le(0);
  const Tensor slopes = noise.masked_select(negative);
  EXPECT_TRUE(noise.masked_select(negative.logical_not()).eq(1).all().item<bool>());
  EXPECT_TRUE(slopes.ge(0.25).logical_and(slopes.le(0.5)).all().item<bool>());
  EXPECT_NEAR(slopes.mean().item<double>(), 0.375, 0.02);
  EXPECT_TRUE(y.equal(x * noise));
  EXPECT_TRUE(autograd::grad({y.sum()}, {x})[0].equal(noise));
  manual_seed(3);
  Tensor in_place = x.detach().clone();
  rrelu_(in_place, 0.25, 0.5, /*training=*/true);
  EXPECT_TRUE(in_place.equal(y));
  EXPECT_TRUE(rrelu(x, 0.25, 0.5).equal(leaky_relu(x, 0.375)));
  EXPECT_THROW(rrelu(x, 0.5, 0.25), ValueError);
  Tensor other = zeros({3});
  EXPECT_THROW(rrelu_with_noise(x, other, 0.25, 0.5, true), ShapeError);
}

TEST(Nextafter, KnowsTheNumbersOfEachType) {
  // Every number of a small type is next to the one whose bits are one more.
  for (const ScalarType type : {kHalf, kBFloat16}) {
    const Tensor bits = arange(0, type == kHalf ? 0x7c00 : 0x7f80, TensorOptions(kShort));
    const Tensor x = bits.view(type), up = (bits + 1).to(kShort).view(type);
    const Tensor far = full({}, INFINITY, TensorOptions(type));
    EXPECT_TRUE(nextafter(x, far).equal(up));
    EXPECT_TRUE(nextafter(-x, -far).equal(-up));
    EXPECT_TRUE(nextafter(up, -far).equal(x));
    EXPECT_TRUE(nextafter(-up, far).equal(-x));
  }
  for (const float x : {0.0f, 1.0f, 1e-45f, 1.1754944e-38f, 3.4028235e38f, 0.3f, -2.0f})
    for (const float to : {INFINITY, -INFINITY, 0.0f})
      EXPECT_EQ(nextafter(full({}, x), full({}, to)).item<float>(), std::nextafter(x, to)) << x;
}

TEST(Gamma, LogarithmsOfFloatsAreThoseOfDoubles) {
  // About its roots 1 and 2, where products take over from series, and left of 0.
  const Tensor near = linspace(-1e-5, 1e-5, 1001, kDouble);
  const Tensor wide = cat({linspace(-20, 40, 100003, kDouble), near + 1, near + 2, near + 8,
                           near + 0.5, near + 2.5, near, near - 3, logspace(-40, 36, 5000)});
  const Tensor x = wide.to(kFloat), exact = lgamma(x.to(kDouble));
  const Tensor gap = (lgamma(x).to(kDouble) - exact).abs() - exact.abs() * 1e-7;
  EXPECT_LT(gap.nan_to_num(0, 0, 0).max().item<double>(), 1e-12);
  EXPECT_TRUE(lgamma(x).isfinite().equal(exact.to(kFloat).isfinite()));
  const float inf = INFINITY;
  EXPECT_TRUE(lgamma(tensor({0.0f, -0.0f, -1.0f, -2e9f, inf, -inf, 3e38f})).equal(full({7}, inf)));
  EXPECT_TRUE(lgamma(tensor({NAN})).isnan().item<bool>());
}

TEST(Gamma, DerivativesOfLogarithmsFollowTheirRecurrences) {
  const Tensor x = cat({linspace(0.01, 30, 20011, kDouble), logspace(-300, 300, 1000, 10, kDouble),
                        linspace(-15.49, -0.51, 3001, kDouble)});
  for (int64_t n = 0; n < 4; ++n) {
    // Each is larger than the next by n! / (-x)^(n + 1).
    const Tensor here = polygamma(n, x), next = polygamma(n, x + 1);
    const double factorial = std::tgamma(static_cast<double>(n) + 1);
    const Tensor step = factorial * (-x).pow(-static_cast<double>(n) - 1);
    const Tensor size = here.abs() + step.abs() + 1;
    EXPECT_LT(((here - next - step).abs() / size).nan_to_num(0, 0, 0).max().item<double>(), 1e-12)
        << n;
  }
  EXPECT_TRUE(digamma(x).allclose(polygamma(0, x), 1e-11, 1e-13, true));
  const auto at = [](std::vector<double> numbers) { return tensor(numbers, kDouble); };
  EXPECT_NEAR(digamma(at({1})).item<double>(), -0.57721566490153286, 1e-15);
  EXPECT_NEAR(polygamma(1, at({1})).item<double>(), 1.6449340668482264, 1e-15);
  EXPECT_NEAR(polygamma(1, at({-0.5})).item<double>(), 8.9348022005446793, 1e-14);
  EXPECT_TRUE(digamma(at({0.0, -0.0})).equal(at({-INFINITY, INFINITY})));
  EXPECT_TRUE(digamma(at({-1, -1e300, -INFINITY, NAN})).isnan().all().item<bool>());
  EXPECT_TRUE(polygamma(1, at({0, -3})).isinf().all().item<bool>());
}

TEST(Frexp, GivesNumbersBack) {
  const Tensor x = linspace(-9, 9, 37, kDouble);
  const auto [mantissa, exponent] = x.frexp();
  EXPECT_EQ(exponent.scalar_type(), kInt);
  EXPECT_TRUE(ldexp(mantissa, exponent).equal(x));
  Tensor m = empty({0}, kDouble), e = empty({0}, kInt);
  frexp_out(m, e, x);
  EXPECT_TRUE(m.equal(mantissa) && e.equal(exponent));
  EXPECT_THROW(frexp_out(m, m, x), DtypeError);
  EXPECT_THROW(ones({2}, kLong).frexp(), DtypeError);
}

Tensor number(double x) { return full({}, x, TensorOptions(kDouble)); }
void expect_close(const Tensor& got, double want, const char* name, double x) {
  EXPECT_NEAR(got.item<double>() / want, 1, 2e-14) << name << " at " << x;
}
struct Point {
  double x, want;
};
struct PointOfTwo {
  double a, x, want;
};
using Points = std::vector<Point>;
using PointsOfTwo = std::vector<PointOfTwo>;

/// Values computed with 40 digits.
TEST(SpecialFunctions, AreRightInDoublePrecision) {
  for (const auto& [x, want] : Points{{0.3, -3.50252422220013312},
                                      {1.1, -0.423754940411076668},
                                      {7.25, 1.91045352688373603},
                                      {1000000000.0, 20.7232658364464112},
                                      {-0.7, -2.07395279362870378},
                                      {-12.3, 4.83219988181145603}})
    expect_close(special::digamma(number(x)), want, "digamma", x);
  for (const auto& [x, want] : Points{{0.3, 1.09579799481807556},
                                      {1.0001, -5.7713342220471268e-5},
                                      {7.25, 7.05218545073853944},
                                      {-0.7, 1.45247293875680781},
                                      {1000000000.0, 1.97232658275037168e+10}})
    expect_close(special::gammaln(number(x)), want, "gammaln", x);
  for (const auto& [x, want] : Points{{1e-300, 8.86226925452758036e-301},
                                      {0.3, 0.272462714726754345},
                                      {-0.84, -0.993535628347304187},
                                      {0.86, 1.04354184363975884},
                                      {0.99999999, 4.05223724326876336}})
    expect_close(special::erfinv(number(x)), want, "erfinv", x);
  for (const auto& [x, want] : Points{{0.5001, 2.50662830088007492e-4},
                                      {0.07, -1.47579102817917069},
                                      {0.93, 1.4757910281791711},
                                      {1e-10, -6.3613409024040562}})
    expect_close(special::ndtri(number(x)), want, "ndtri", x);
  for (const auto& [x, want] : Points{{0.3, 0.757580625182547858},
                                      {-7.9, 0.144369864141041921},
                                      {8.1, 0.142511809488295284},
                                      {300.0, 0.0230425584150854618}})
    expect_close(special::i0e(number(x)), want, "i0e", x);
  for (const auto& [x, want] : Points{{1e-08, 4.99999995000000042e-9},
                                      {-7.9, -0.134896499439893768},
                                      {8.1, 0.133400688325836633},
                                      {300.0, 0.0230041220402689509}})
    expect_close(special::i1e(number(x)), want, "i1e", x);
  for (const auto& [x, want] : Points{{1e-06, 13.9314560050754588},
                                      {1.9, 0.861450616751755789},
                                      {2.1, 0.823017152531662058},
                                      {60.0, 0.161468178236293926}})
    expect_close(special::scaled_modified_bessel_k0(number(x)), want, "scaled_modified_bessel_k0",
                 x);
  for (const auto& [x, want] : Points{{1e-06, 1.00000099999328432e+6},
                                      {1.9, 1.06747092981457005},
                                      {2.1, 1.00236805274057906},
                                      {60.0, 0.162808230944044271}})
    expect_close(special::scaled_modified_bessel_k1(number(x)), want, "scaled_modified_bessel_k1",
                 x);
  for (const auto& [x, want] : Points{{-30.0, -0.0879681884568421628},
                                      {-6.2, -0.356421073668961417},
                                      {-4.9, 0.374536354705838747},
                                      {0.4, 0.254742354295676341},
                                      {1.99, 0.0354585385706683848},
                                      {2.01, 0.0343967071298942285},
                                      {20.0, 1.69167286867054031e-27}})
    expect_close(special::airy_ai(number(x)), want, "airy_ai", x);
  for (const auto& [x, want] : Points{{-20.0, 1.04429393795282879e+174},
                                      {-0.3, 1.45374923284276555},
                                      {0.3, 0.73459933456765515},
                                      {5.0, 0.110704637733068626},
                                      {27.9, 0.0202088846212826167},
                                      {28.1, 0.0200652313771972089},
                                      {1000000000.0, 5.64189583547756287e-10}})
    expect_close(special::erfcx(number(x)), want, "erfcx", x);
  for (const auto& [x, want] : Points{{-10000.0, -5.00000101292789152e+7},
                                      {-30.0, -454.321243956343197},
                                      {-1.1, -1.99755884698629708},
                                      {-0.9, -1.6924928065613382},
                                      {3.0, -1.3508099647481938e-3},
                                      {8.0, -6.22096057427178606e-16}})
    expect_close(special::log_ndtr(number(x)), want, "log_ndtr", x);
  for (const auto& [x, want] : Points{{-0.3, 0.977626246538296089},
                                      {5.06, -0.157752425645462458},
                                      {30.0, -0.0863679835810402113}})
    expect_close(special::bessel_j0(number(x)), want, "bessel_j0", x);
  for (const auto& [x, want] : Points{{-0.3, -0.148318816273104002},
                                      {5.06, -0.333696276491257101},
                                      {30.0, -0.118751062616622937}})
    expect_close(special::bessel_j1(number(x)), want, "bessel_j1", x);
  for (const auto& [x, want] : Points{{0.3, -0.807273577804519491},
                                      {5.06, -0.316778350309039104},
                                      {30.0, -0.117295731686664025}})
    expect_close(special::bessel_y0(number(x)), want, "bessel_y0", x);
  for (const auto& [x, want] : Points{{0.3, -2.29310513838852912},
                                      {5.06, 0.127455588774186225},
                                      {30.0, 0.0844255706617472349}})
    expect_close(special::bessel_y1(number(x)), want, "bessel_y1", x);
  for (const auto& [a, x, want] : PointsOfTwo{{1.01, 0.3, 103.542562503478298},
                                              {2.5, 7.5, 0.0358828874185555289},
                                              {9.0, 0.001, 9.99999999999999813e+26},
                                              {3.0, 40.0, 3.20410135917649294e-4}})
    expect_close(special::zeta(number(a), number(x)), want, "zeta", x);
  for (const auto& [a, x, want] : PointsOfTwo{{0.3, 0.1, 0.545912849591796505},
                                              {0.3, 2.0, 0.977974019172852986},
                                              {25.0, 20.0, 0.156772621826237726},
                                              {25.0, 30.0, 0.842757972761608396},
                                              {400.0, 380.0, 0.158550709784294791},
                                              {1e-06, 0.001, 0.999993668479858555}})
    expect_close(special::gammainc(number(a), number(x)), want, "gammainc", x);
  for (const auto& [a, x, want] : PointsOfTwo{{0.3, 0.1, 0.454087150408203495},
                                              {0.3, 2.0, 0.0220259808271470144},
                                              {25.0, 20.0, 0.843227378173762274},
                                              {25.0, 60.0, 1.09588071125997791e-7},
                                              {400.0, 430.0, 0.0693531906177853947},
                                              {1e-06, 0.001, 6.33152014144515003e-6}})
    expect_close(special::gammaincc(number(a), number(x)), want, "gammaincc", x);
}

TEST(SpecialFunctions, RefuseWhatTheyCannotTake) {
  const Tensor x = ones({3}), i = ones({3}, kLong);
  EXPECT_THROW(heaviside(x, ones({3}, kDouble)), DtypeError);
  EXPECT_THROW(polygamma(-1, x), ValueError);
  EXPECT_THROW(mvlgamma(x, 0), ValueError);
  EXPECT_THROW(celu(x, 0), ValueError);
  EXPECT_THROW(positive(ones({2}, kBool)), DtypeError);
  EXPECT_THROW(round(i, 2), DtypeError);
  EXPECT_THROW(x.clone().float_power_(2), DtypeError);
  EXPECT_THROW(gcd(x, x), DtypeError);
  EXPECT_THROW(i.bitwise_left_shift(ones({3})), DtypeError);
  EXPECT_THROW(glu(ones({3})), ShapeError);
  EXPECT_THROW(gradient(x, Scalar(1), 0, 3), ValueError);
  EXPECT_THROW(gradient(ones({2}), Scalar(1), 0, 2), ShapeError);
  // PyTorch has no derivatives by the order either.
  const Tensor order = full({3}, 2.0).requires_grad_();
  EXPECT_THROW(autograd::grad({igamma(order, x).sum()}, {order}), AutogradError);
  EXPECT_THROW(autograd::grad({special::zeta(order, x).sum()}, {order}), AutogradError);
}

/// Formulas of first derivatives that are right may still be none to derive again: where terms
/// cancel, and where what is not selected overflows.
TEST(SpecialFunctions, SecondDerivativesAtAnyMagnitude) {
  const double pi = 3.14159265358979323846;
  const auto density_ratio = [pi](double x) {
    return std::exp(-x * x / 2) / std::sqrt(2 * pi) / (0.5 * std::erfc(-x / std::sqrt(2.0)));
  };
  /// The sum of (sign x^2 / 4)^k c(k) / (2 k! (k + 1)!).
  const auto bessel = [](double x, double sign, double (*c)(double k, double x)) {
    double sum = 0, term = 0.5;
    for (int k = 0; k < 20; ++k, term *= sign * x * x / (4.0 * k * (k + 1))) sum += term * c(k, x);
    return sum;
  };
  const auto value = [](double, double x) { return x; };
  const auto slope = [](double k, double) { return 2 * k + 1; };
  const auto curve = [](double k, double x) { return (2 * k + 1) * 2 * k / x; };
  struct Function {
    const char* name;
    Tensor (*f)(const Tensor&);
    std::function<double(double)> second;
    std::vector<double> at;
  };
  const std::vector<double> near_zero = {1e-20, -1e-12, 1e-8, 1e-6, -1e-4, 1e-3, 1e-2, 0.3, -0.9};
  const Function functions[] = {
      {"elu",
       [](const Tensor& x) { return elu(x, 1, 1, 1); },
       [](double x) { return x < 0 ? std::exp(x) : 0; },
       {-1, -90, 0, 0.5, 90, 800, 1e30}},
      {"log_ndtr",
       [](const Tensor& x) { return special::log_ndtr(x); },
       [&](double x) { return -density_ratio(x) * (x + density_ratio(x)); },
       {-3, -1, -1e-3, 0, 1e-3, 0.5, 3, 9, 12, 20, 100, 1e4}},
      {"sinc",
       [](const Tensor& x) { return sinc(x); },
       [pi](double x) {
         double sum = 0, term = -pi * pi / 3;
         for (int k = 1; k < 20; ++k) {
           sum += term * (2 * k - 1);
           term *= -pi * pi * x * x / (2.0 * k * (2 * k + 3));
         }
         return sum;
       },
       {1e-20, -1e-12, 1e-8, 1e-6, -1e-4, 1e-3, 1e-2, 0.3, 0.499, -0.501, 0.8}},
      {"i1", [](const Tensor& x) { return special::i1(x); },
       [&](double x) { return bessel(x, 1, curve); }, near_zero},
      {"j1", [](const Tensor& x) { return special::bessel_j1(x); },
       [&](double x) { return bessel(x, -1, curve); }, near_zero},
      {"i1e", [](const Tensor& x) { return special::i1e(x); },
       [&](double x) {
         return std::exp(-std::abs(x)) *
                (bessel(x, 1, curve) - std::copysign(2, x) * bessel(x, 1, slope) +
                 bessel(x, 1, value));
       },
       near_zero},
  };
  for (const Function& f : functions) {
    for (const ScalarType type : {kFloat, kDouble}) {
      for (const double at : f.at) {
        const Tensor x = full({}, at, type).requires_grad_();
        const Tensor first = autograd::grad({f.f(x)}, {x}, {}, std::nullopt, true)[0];
        const double got = autograd::grad({first}, {x})[0].item<double>();
        const double want = f.second(x.item<double>());
        EXPECT_NEAR(got, want, (type == kFloat ? 3e-5 : 1e-12) * std::abs(want) + 1e-30)
            << f.name << " of " << type << " at " << at;
      }
    }
    const Tensor x = full({}, NAN, kDouble).requires_grad_();
    const Tensor first = autograd::grad({f.f(x)}, {x}, {}, std::nullopt, true)[0];
    EXPECT_TRUE(std::isnan(autograd::grad({first}, {x})[0].item<double>())) << f.name;
  }
}

TEST(SpecialFunctions, MultivariateGammaInPlaceKeepsItsHistory) {
  const Tensor x = tensor({2.0, 3.0}, kDouble).requires_grad_();
  Tensor y = x * 1;
  mvlgamma_(y, 2);
  EXPECT_TRUE(
      autograd::grad({y.sum()}, {x})[0].equal(autograd::grad({mvlgamma(x, 2).sum()}, {x})[0]));
}

TEST(SpecialFunctions, OfAnyArgumentAreSoonDone) {
  const Tensor huge = tensor({9e18, -9e18, 1e300, -1e300 + 0.5, 1e-300}, kDouble);
  for (const double x : {0.5, 1.0, -1.0, 1.0000000000000002, 2.0})
    for (const Scalar& n : {Scalar(int64_t{1} << 62), Scalar(int64_t{999999})}) {
      const Tensor at = full({}, x, TensorOptions(kDouble));
      special::chebyshev_polynomial_v(at, n);
      special::legendre_polynomial_p(at, n);
      special::laguerre_polynomial_l(at, n);
      special::hermite_polynomial_h(at, n);
    }
  for (const Tensor& a : {huge, huge.flip({0}), ones_like(huge)})
    for (const Tensor& b : {huge, huge.flip({0}) * 3}) {
      igamma(a, b);
      igammac(a, b);
      special::zeta(a, b);
      special::zeta(full({}, 3, TensorOptions(kDouble)), b + 0.5);
    }
  polygamma(int64_t{1} << 40, huge);
  digamma(huge);
}

}  // namespace
}  // namespace hearth
