// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/isa/vmath_base.h"
#include "cpu/isa/vmath_exp.h"

namespace hearth::cpu::HEARTH_ISA::vmath {

/// erf(a) = 1 - e^(-a P(a)), with P a polynomial for -log(erfc(a)) / a.
HEARTH_VMATH float erf(float x) {
  const float a = at_most(abs(x), 4.0f);
  const float p =
      poly(a, 0x1.20dd76p0f, 0x1.45f26ep-1f, 0x1.a522eap-4f, -0x1.3bdf98p-6f, 0x1.dd45a8p-16f,
           0x1.90ece8p-10f, -0x1.35dd3p-11f, 0x1.f682e2p-14f, -0x1.bdbfep-17f, 0x1.53fbbap-21f);
  return copysign(-2.0f * expm1_half(-a * p), x);
}

/// erfc(a) e^(a^2) for 0 <= a <= 28: a polynomial in (a - 4) / (a + 4) over 1 + 2 a.
HEARTH_VMATH double erfc_shape(double a) {
  const double t = (a - 4.0) / (a + 4.0);
  const double p = poly(
      t, 0x1.3ba5916e9fd7fp0, -0x1.1df1ad154a29bp-3, 0x1.f7f5df66fcb7dp-7, 0x1.16ecefcfa5f4dp-4,
      -0x1.9ddb23c3e59d9p-4, 0x1.7fee004df8fe9p-4, -0x1.0fb06dfe86d15p-4, 0x1.3079edf9a7e0ap-5,
      -0x1.0962387a83f02p-6, 0x1.49c671a9f61a5p-8, -0x1.8d4aa392f6ef8p-11, -0x1.a1de94d66dd47p-13,
      0x1.3be0fe3d8ca9ep-13, -0x1.99680086ad297p-16, -0x1.78ad413ab151fp-17, 0x1.7f9eb8d3c54ccp-18,
      0x1.44c97c426d897p-22, -0x1.bf40520a92d3ep-21, 0x1.0b63acdc799dfp-24, 0x1.e881f511e4bf1p-24,
      -0x1.10a8b4be16011p-27, -0x1.c3ad5b7e7b88cp-27, -0x1.bdf7bac0d851p-30);
  return p / (1.0 + 2.0 * a);
}

/// erfc(a) for a >= 0.
HEARTH_VMATH double erfc_positive(double x) {
  const double a = at_most(x, 28.0);
  const auto [square, rest] = two_product(a, a);
  // The quotient before the exponential, which may be subnormal.
  const auto [r, n] = exp_parts(-square);
  return scale((1.0 + expm1_poly(r - rest)) * erfc_shape(a), n);
}

HEARTH_VMATH double erfc(double x) {
  const double y = erfc_positive(abs(x));
  return x < 0 ? 2.0 - y : y;
}
HEARTH_VMATH double erf(double x) {
  const double a = abs(x), z = x * x;
  const double small =
      x * poly(z, 0x1.20dd750429b6dp0, -0x1.812746b037999p-2, 0x1.ce2f21a03f2f7p-4,
               -0x1.b82ce31182c8dp-6, 0x1.565bcce76354fp-8, -0x1.c02dad1f1ca4p-11,
               0x1.f9a261ad7f2e5p-14, -0x1.f4c3c4cea4b66p-17, 0x1.b92dd00c2aa95p-20,
               -0x1.595e8f5a65158p-23, 0x1.bb1a460ca937bp-27, -0x1.021fb11ccb852p-31,
               -0x1.c16e13328e306p-35);
  return a < 1.0 ? small : copysign(1.0 - erfc_positive(a), x);
}
/// erfc(x) e^(x^2): beyond 28 the asymptotic series.
HEARTH_VMATH double erfcx(double x) {
  const double a = abs(x), z = 1.0 / (a * a);
  const double far =
      poly(z, 1.0, -0.5, 0.75, -1.875, 6.5625, -29.53125, 162.421875) * 0.5641895835477563 / a;
  const double right = a > 28.0 ? far : erfc_shape(at_most(a, 28.0));
  const auto [square, rest] = two_product(a, a);
  return x < 0 ? 2.0 * exp(square, rest) - right : right;
}
HEARTH_VMATH float erfcx(float x) { return static_cast<float>(erfcx(static_cast<double>(x))); }
HEARTH_VMATH float erfc(float x) { return static_cast<float>(erfc(static_cast<double>(x))); }

/// What the standard normal distribution has beyond |x|, and its density over the one at 0.
struct NormalTail {
  float beyond, density;
};

/// e^(-x^2 / 2) times a polynomial, whose error counts for less and less as |x| grows. Both are 0
/// from 13 on, where neither matters beside 1.
HEARTH_VMATH NormalTail normal_tail(float x) {
  const float z = x * x;
  const auto [r, n] = exp_parts(-0.5f * z);
  const float density = z < 169.0f ? exp2_int(n) * exp_poly(r) : 0.0f;
  const float p =
      poly(at_most(abs(x), 13.0f), 0.5f, -0x1.988408p-2f, 0x1.fff646p-3f, -0x1.10193ap-3f,
           0x1.fcb0d4p-5f, -0x1.a67512p-6f, 0x1.32a0f6p-7f, -0x1.754d3p-9f, 0x1.680162p-11f,
           -0x1.0166f8p-13f, 0x1.f72892p-17f, -0x1.282fdap-20f, 0x1.3a17ep-25f);
  return {density * p, density};
}

/// x times the standard normal distribution function, and the derivative of that.
HEARTH_VMATH float gelu(float x) {
  const float beyond = normal_tail(x).beyond;
  return x * (x < 0 ? beyond : 1.0f - beyond);
}
HEARTH_VMATH float gelu_slope(float x) {
  const auto [beyond, density] = normal_tail(x);
  return (x < 0 ? beyond : 1.0f - beyond) + x * 0x1.988454p-2f * density;
}
HEARTH_VMATH double gelu(double x) { return 0.5 * x * (1.0 + erf(x * 0.7071067811865476)); }
HEARTH_VMATH double gelu_slope(double x) {
  return 0.5 * (1.0 + erf(x * 0.7071067811865476)) + x * 0.3989422804014327 * exp(-0.5 * x * x);
}

}  // namespace hearth::cpu::HEARTH_ISA::vmath
