// SPDX-License-Identifier: Apache-2.0
// What golden values cannot ask: randomness, errors, numbers at the edge of a type.
#include <cmath>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/ops/activation.h"
#include "hearth/ops/creation.h"
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
