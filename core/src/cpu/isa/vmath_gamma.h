// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/isa/vmath_base.h"
#include "cpu/isa/vmath_log.h"
#include "cpu/isa/vmath_trig.h"

// Derivatives of log Gamma and, for floats, itself: asymptotic series, to which small numbers come
// by products, and negative ones by reflection. In double precision.
namespace hearth::cpu::HEARTH_ISA::vmath {

inline constexpr double kPi = 0x1.921fb54442d18p1;

HEARTH_VMATH double digamma(double x) {
  const bool left = x < 0.0;
  const double part = x - trunc(x), y = left ? 1.0 - x : x;
  const bool near = y < 10.0;
  // The sum of 1 / (y + k) for k < 10 is the derivative of their product's logarithm.
  const double first = near ? y : 10.0;
  double product = first, slope = 1.0;
  for (int k = 1; k < 10; ++k) {
    const double factor = first + static_cast<double>(k);
    slope = fma(slope, factor, product);
    product *= factor;
  }
  const double z = near ? y + 10.0 : y, inverse = 1.0 / z, w = inverse * inverse;
  // B_2k / 2k.
  const double series =
      w * poly(w, 1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12);
  const double right = log(z) - 0.5 * inverse - series - (near ? slope / product : 0.0);
  const Angle angle = reduce_angle(kPi * part);
  const double mirrored =
      right - kPi * sin_or_cos(angle, angle.quadrant + 1) / sin_or_cos(angle, angle.quadrant);
  const double r = left ? (part == 0.0 ? __builtin_nan("") : mirrored) : right;
  return x == 0.0 ? copysign(kInf, -x) : r;
}
HEARTH_VMATH float digamma(float x) { return static_cast<float>(digamma(static_cast<double>(x))); }

/// log Gamma(2 + t) for |t| <= 1 / 2, by its Taylor series.
HEARTH_VMATH double lgamma_about_2(double t) {
  return t * poly(t, 0x1.b0ee6072093cep-2, 0x1.4a34cc4a60fa6p-2, -0x1.13e001a557607p-4,
                  0x1.51322ac7d8483p-6, -0x1.e404fc218f5f2p-8, 0x1.7add6eadb6c30p-9,
                  -0x1.38ac5c2bf8e08p-10, 0x1.0b36af86396e9p-11, -0x1.d3fd4c76d2fc8p-13,
                  0x1.a127b0f17d65ap-14, -0x1.78de5bd7c81efp-15, 0x1.580dcee66eb02p-16,
                  -0x1.3cbc963ce2243p-17, 0x1.2597a39f34aacp-18, -0x1.11b2eb7679541p-19,
                  0x1.0064cdeb22f0fp-20, -0x1.e2600d93cfd2fp-22, 0x1.c76bbb3f07a4dp-23);
}
HEARTH_VMATH float lgamma(float v) {
  const double x = static_cast<double>(v), a = abs(x);
  // About its roots 1 and 2 by that; else below 8 by the product of 8 factors.
  const bool left = x <= 0.0, central = (a >= 0.5) & (a <= 2.5), near = a < 8.0, about_1 = a < 1.5;
  const double first = near ? a : 8.0;
  double product = first;
  for (int k = 1; k < 8; ++k) product *= first + static_cast<double>(k);
  const double z = near ? a + 8.0 : a, inverse = 1.0 / z;
  const double rest = poly(inverse * inverse, 1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680);
  const double stirling = (z - 0.5) * log(z) - z + (0x1.d67f1c864beb5p-1 + rest * inverse);
  const double base = central ? lgamma_about_2(about_1 ? a - 1.0 : a - 2.0) : stirling;
  const double factors = central ? (about_1 ? a : 1.0) : (near ? product : 1.0);
  // Gamma(a) Gamma(-a) = -pi / (a sin(pi a))
  const Angle angle = reduce_angle(kPi * (a - rint(a)));
  const double sine = abs(sin_or_cos(angle, angle.quadrant));
  const double mirror = a > 0.0 ? kPi * factors / (a * sine) : kInf;
  const double l = log(left ? mirror : factors);
  return static_cast<float>(a < kInf ? (left ? l - base : base - l) : a);
}

}  // namespace hearth::cpu::HEARTH_ISA::vmath
