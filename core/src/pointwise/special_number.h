// SPDX-License-Identifier: Apache-2.0
// How numbers are represented, and sin(p) / p. Included by pointwise/special.h.
#pragma once

#include "pointwise/special_gamma.h"

namespace HEARTH_SPECIAL_NAMESPACE {

/// x = mantissa * 2^exponent with a mantissa in [0.5, 1).
HEARTH_SPECIAL_FN double frexp_mantissa(double x) {
  int exponent;
  return ::frexp(x, &exponent);
}
HEARTH_SPECIAL_FN double frexp_exponent(double x) {
  int exponent = 0;
  ::frexp(x, &exponent);
  return x - x == 0 ? exponent : 0;
}

/// The numbers of a type: the step between subnormal ones, the smallest normal one, the largest.
struct NumberFormat {
  double step, normal, largest;
  int digits;
};
HEARTH_SPECIAL_LOCAL double next_after(double a, double b, NumberFormat format) {
  if (a != a || b != b) return a + b;
  if (a == b) return b;
  const double sign = b > a ? 1 : -1;
  if (a - a != 0) return ::copysign(format.largest, a);
  // Towards zero, a power of two is the last of the smaller steps.
  int exponent;
  const double mantissa = ::fabs(::frexp(a, &exponent));
  if (mantissa == 0.5 && (a > 0) != (sign > 0)) --exponent;
  const double step =
      ::fabs(a) < format.normal ? format.step : ::ldexp(1.0, exponent - format.digits);
  const double next = a + sign * (step > format.step ? step : format.step);
  return ::fabs(next) > format.largest ? ::copysign(kInf, next) : next;
}
/// In the type whose numbers have `digits` binary digits: float, or half or bfloat16 as floats.
HEARTH_SPECIAL_FN float nextafter(float a, float b, float digits) {
  const auto n = static_cast<int>(digits);
  if (n == 11) return static_cast<float>(next_after(a, b, {0x1p-24, 0x1p-14, 65504.0, n}));
  const double largest = (2 - ::ldexp(1.0, 1 - n)) * 0x1p127;
  return static_cast<float>(next_after(a, b, {::ldexp(1.0, -125 - n), 0x1p-126, largest, n}));
}
HEARTH_SPECIAL_FN double nextafter(double a, double b, double) { return ::nextafter(a, b); }

/// sin(p) / p and its derivative by p.
HEARTH_SPECIAL_FN double sin_ratio(double p) { return p == 0 ? 1 : ::sin(p) / p; }
HEARTH_SPECIAL_FN double sin_ratio_slope(double p) {
  // Where the difference would cancel, the series.
  if (::fabs(p) < 0.5) {
    const double z = p * p;
    double sum = 0;
    constexpr double kTerms[] = {-1.0 / 3,    1.0 / 30,       -1.0 / 840,
                                 1.0 / 45360, -1.0 / 3991680, 1.0 / 518918400};
    for (int k = 5; k >= 0; --k) sum = sum * z + kTerms[k];
    return p * sum;
  }
  return (::cos(p) - ::sin(p) / p) / p;
}

}  // namespace HEARTH_SPECIAL_NAMESPACE
