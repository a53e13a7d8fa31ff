// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

// What the vector math functions are made of. Everything in vmath_*.h is a branch-free scalar
// function that is always inlined, so that a plain loop over it vectorizes and the loop's scalar
// tail computes the same bits. Conversions between doubles and 64-bit integers go through the bits
// of a shifted double, because no instruction below AVX-512 converts them in vectors. Coefficients
// are minimax fits of the relative error (Remez' algorithm), rounded one after the other.
#define HEARTH_VMATH [[gnu::always_inline]] static inline

namespace hearth::cpu::HEARTH_ISA::vmath {

inline constexpr float kInfF = __builtin_inff();
inline constexpr double kInf = __builtin_inf();

HEARTH_VMATH uint32_t bits(float x) { return __builtin_bit_cast(uint32_t, x); }
HEARTH_VMATH uint64_t bits(double x) { return __builtin_bit_cast(uint64_t, x); }
HEARTH_VMATH float from_bits(uint32_t b) { return __builtin_bit_cast(float, b); }
HEARTH_VMATH double from_bits(uint64_t b) { return __builtin_bit_cast(double, b); }

// Without the instruction a fused call is a library call: then two roundings.
HEARTH_VMATH float fma(float a, float b, float c) {
#ifdef __FMA__
  return __builtin_fmaf(a, b, c);
#else
  return a * b + c;
#endif
}
HEARTH_VMATH double fma(double a, double b, double c) {
#ifdef __FMA__
  return __builtin_fma(a, b, c);
#else
  return a * b + c;
#endif
}

HEARTH_VMATH float abs(float x) { return __builtin_fabsf(x); }
HEARTH_VMATH double abs(double x) { return __builtin_fabs(x); }
HEARTH_VMATH float copysign(float x, float sign) { return __builtin_copysignf(x, sign); }
HEARTH_VMATH double copysign(double x, double sign) { return __builtin_copysign(x, sign); }
HEARTH_VMATH float sqrt(float x) { return __builtin_sqrtf(x); }
HEARTH_VMATH double sqrt(double x) { return __builtin_sqrt(x); }
HEARTH_VMATH float floor(float x) { return __builtin_floorf(x); }
HEARTH_VMATH double floor(double x) { return __builtin_floor(x); }
HEARTH_VMATH float ceil(float x) { return __builtin_ceilf(x); }
HEARTH_VMATH double ceil(double x) { return __builtin_ceil(x); }
HEARTH_VMATH float trunc(float x) { return __builtin_truncf(x); }
HEARTH_VMATH double trunc(double x) { return __builtin_trunc(x); }
HEARTH_VMATH float rint(float x) { return __builtin_rintf(x); }
HEARTH_VMATH double rint(double x) { return __builtin_rint(x); }
HEARTH_VMATH float fmod(float a, float b) { return __builtin_fmodf(a, b); }
HEARTH_VMATH double fmod(double a, double b) { return __builtin_fmod(a, b); }
HEARTH_VMATH float inf(float) { return kInfF; }
HEARTH_VMATH double inf(double) { return kInf; }
HEARTH_VMATH float rsqrt(float x) { return 1.0f / sqrt(x); }
HEARTH_VMATH double rsqrt(double x) { return 1.0 / sqrt(x); }

/// Without overflow on the way; infinite beside anything infinite.
HEARTH_VMATH float hypot(float a, float b) {
  const double x = static_cast<double>(a), y = static_cast<double>(b);
  const float r = static_cast<float>(sqrt(x * x + y * y));
  return (abs(a) == kInfF) | (abs(b) == kInfF) ? kInfF : r;
}
HEARTH_VMATH double hypot(double a, double b) {
  const double x = abs(a), y = abs(b);
  const double large = x > y ? x : y, small = x > y ? y : x;
  const double ratio = large > 0.0 ? small / large : small;
  const double r = large * sqrt(1.0 + ratio * ratio);
  return (x == kInf) | (y == kInf) ? kInf : r;
}

/// The smaller of x and high; NaN stays.
template <class T>
HEARTH_VMATH T at_most(T x, T high) {
  return x > high ? high : x;
}

/// c0 + x (c1 + x (c2 + ...)).
template <class T>
HEARTH_VMATH T poly(T, T c0) {
  return c0;
}
template <class T, class... Rest>
HEARTH_VMATH T poly(T x, T c0, T c1, Rest... rest) {
  return fma(x, poly(x, c1, rest...), c0);
}

/// A value and what its rounding left over.
template <class T>
struct Pair {
  T hi, lo;
};

/// a + b exactly.
HEARTH_VMATH Pair<double> two_sum(double a, double b) {
  const double s = a + b;
  const double t = s - a;
  return {s, (a - (s - t)) + (b - t)};
}

/// a + b exactly, for |a| >= |b| or a == 0.
HEARTH_VMATH Pair<double> fast_two_sum(double a, double b) {
  const double s = a + b;
  return {s, b - (s - a)};
}

/// a * b exactly (barring overflow and underflow).
HEARTH_VMATH Pair<double> two_product(double a, double b) {
  const double p = a * b;
#ifdef __FMA__
  return {p, __builtin_fma(a, b, -p)};
#else
  // Halves of 26 bits, whose products are exact.
  const double a_hi = from_bits(bits(a) & ~uint64_t{0x7ffffff}), a_lo = a - a_hi;
  const double b_hi = from_bits(bits(b) & ~uint64_t{0x7ffffff}), b_lo = b - b_hi;
  return {p, ((a_hi * b_hi - p) + a_hi * b_lo + a_lo * b_hi) + a_lo * b_lo};
#endif
}

}  // namespace hearth::cpu::HEARTH_ISA::vmath
