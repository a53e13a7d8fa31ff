// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/isa/vmath_base.h"
#include "cpu/isa/vmath_log.h"

// Inverse hyperbolic functions, by log1p, which loses nothing around 0 and 1.
namespace hearth::cpu::HEARTH_ISA::vmath {

// From here on the 1 under the root no longer counts, and the square may overflow.
inline constexpr double kAreaLarge = 0x1p28;

HEARTH_VMATH double asinh(double x) {
  const double a = abs(x), z = a * a;
  const bool large = a > kAreaLarge;
  const double r = log1p(large ? a - 1.0 : a + z / (1.0 + sqrt(1.0 + z)));
  return copysign(large ? r + 0x1.62e42fefa39efp-1 : r, x);
}
HEARTH_VMATH double acosh(double x) {
  const double t = x - 1.0;
  const bool large = x > kAreaLarge;
  const double r = log1p(large ? t : t + sqrt(t * (t + 2.0)));
  const double y = large ? r + 0x1.62e42fefa39efp-1 : r;
  return x < 1.0 ? __builtin_nan("") : y;
}
HEARTH_VMATH double atanh(double x) {
  const double a = abs(x), t = a + a;
  const double r = copysign(0.5 * log1p(t + t * a / (1.0 - a)), x);
  return a > 1.0 ? __builtin_nan("") : r;
}
HEARTH_VMATH float asinh(float x) { return static_cast<float>(asinh(static_cast<double>(x))); }
HEARTH_VMATH float acosh(float x) { return static_cast<float>(acosh(static_cast<double>(x))); }
HEARTH_VMATH float atanh(float x) { return static_cast<float>(atanh(static_cast<double>(x))); }

}  // namespace hearth::cpu::HEARTH_ISA::vmath
