// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/isa/vmath_base.h"
#include "cpu/isa/vmath_exp.h"

// Logarithms: x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), so that e = 0 around 1 and
// nothing cancels there. pow takes the same logarithm to twice the precision.
namespace hearth::cpu::HEARTH_ISA::vmath {

template <class T>
struct LogParts {
  T f, e;
};

// Bits of sqrt(1/2), and what moves them to those of 1.
inline constexpr uint32_t kSqrtHalfF = 0x3f3504f3, kToOneF = 0x3f800000 - kSqrtHalfF;
inline constexpr uint64_t kSqrtHalf = 0x3fe6a09e667f3bcd, kToOne = 0x3ff0000000000000 - kSqrtHalf;

/// For positive finite x.
HEARTH_VMATH LogParts<float> log_parts(float x) {
  const bool tiny = x < 0x1p-126f;
  const uint32_t b = bits(tiny ? x * 0x1p25f : x) + kToOneF;
  // The biased exponent, as a float through the bits of 2^23.
  const float e = from_bits((b >> 23) | 0x4b000000u) - (tiny ? 0x1p23f + 152.0f : 0x1p23f + 127.0f);
  return {from_bits((b & 0x7fffffu) + kSqrtHalfF) - 1.0f, e};
}
HEARTH_VMATH LogParts<double> log_parts(double x) {
  const bool tiny = x < 0x1p-1022;
  const uint64_t b = bits(tiny ? x * 0x1p54 : x) + kToOne;
  const double e =
      from_bits((b >> 52) | 0x4330000000000000u) - (tiny ? 0x1p52 + 1077.0 : 0x1p52 + 1023.0);
  return {from_bits((b & 0xfffffffffffffu) + kSqrtHalf) - 1.0, e};
}

/// What a logarithm of x is where log_parts does not apply, else `r`.
template <class T>
HEARTH_VMATH T log_special(T x, T zero, T r) {
  const T inf = static_cast<T>(__builtin_inf());
  const T finite = x < inf ? r : x;
  const T positive = x == zero ? -inf : finite;
  return x < zero ? static_cast<T>(__builtin_nan("")) : positive;
}

/// log(1 + f) + e ln 2.
HEARTH_VMATH float log_sum(LogParts<float> p) {
  const float f = p.f, f2 = f * f;
  const float q = poly(f, 0x1.555554p-2f, -0x1.000228p-2f, 0x1.99a036p-3f, -0x1.5470b6p-3f,
                       0x1.22d374p-3f, -0x1.0d9e5ap-3f, 0x1.059626p-3f, -0x1.385c5p-4f);
  const float low = fma(p.e, 0x1.7f7d1cp-20f, f2 * f * q);
  return fma(p.e, 0x1.62e4p-1f, f + fma(f2, -0.5f, low));
}

/// log(1 + f) = hi + lo, where hi is f - f^2 / 2 rounded.
HEARTH_VMATH Pair<double> log1p_pair(double f) {
  const double half = 0.5 * f * f;
  const double s = f / (2.0 + f), z = s * s;
  const double q =
      poly(z, 0x1.5555555555592p-2, 0x1.999999997ff65p-3, 0x1.24924941db1e9p-3,
           0x1.c71c521a3e23bp-4, 0x1.74663b9c610d3p-4, 0x1.39a20c37387adp-4, 0x1.2f024d55d77d4p-4);
  const double hi = f - half;
  return {hi, ((f - hi) - half) + s * (half + 2.0 * z * q)};
}
HEARTH_VMATH double log_sum(LogParts<double> p) {
  const double half = 0.5 * p.f * p.f;
  const double s = p.f / (2.0 + p.f), z = s * s;
  const double q =
      poly(z, 0x1.5555555555592p-2, 0x1.999999997ff65p-3, 0x1.24924941db1e9p-3,
           0x1.c71c521a3e23bp-4, 0x1.74663b9c610d3p-4, 0x1.39a20c37387adp-4, 0x1.2f024d55d77d4p-4);
  const double low = fma(s, half + 2.0 * z * q, p.e * 0x1.ef35793c7673p-45);
  return fma(p.e, 0x1.62e42fefa38p-1, p.f - (half - low));
}

HEARTH_VMATH float log(float x) { return log_special(x, 0.0f, log_sum(log_parts(x))); }
HEARTH_VMATH double log(double x) { return log_special(x, 0.0, log_sum(log_parts(x))); }

HEARTH_VMATH double log2(double x) {
  const auto [f, e] = log_parts(x);
  const auto [hi, lo] = log1p_pair(f);
  const auto [p, pe] = two_product(hi, 0x1.71547652b82fep0);
  const auto [sum, rest] = fast_two_sum(e, p);
  return log_special(
      x, 0.0, sum + (rest + (pe + fma(lo, 0x1.71547652b82fep0, hi * 0x1.777d0ffda0d24p-56))));
}
HEARTH_VMATH double log10(double x) {
  const auto [f, e] = log_parts(x);
  const auto [hi, lo] = log1p_pair(f);
  const auto [p, pe] = two_product(hi, 0x1.bcb7b1526e50ep-2);
  const auto [sum, rest] = fast_two_sum(e * 0x1.34413509f7p-2, p);
  const double low = fma(e, 0x1.3fde623e2566bp-43, fma(hi, 0x1.95355baaafad3p-57, pe));
  return log_special(x, 0.0, sum + (rest + fma(lo, 0x1.bcb7b1526e50ep-2, low)));
}
HEARTH_VMATH float log2(float x) { return static_cast<float>(log2(static_cast<double>(x))); }
HEARTH_VMATH float log10(float x) { return static_cast<float>(log10(static_cast<double>(x))); }

/// The rounding error of 1 + x goes into f.
HEARTH_VMATH float log1p(float x) {
  const float u = 1.0f + x;
  const float c = x < 1.0f ? x - (u - 1.0f) : 1.0f - (u - x);
  LogParts<float> p = log_parts(u);
  // 2^-e; beyond 2^25 the error no longer matters.
  const float unscale = from_bits((127u << 23) - (bits(at_most(p.e, 26.0f) + kRoundF) << 23));
  p.f += c * unscale;
  const float r = log_special(u, 0.0f, log_sum(p));
  return abs(x) < 0x1p-25f ? x : r;
}
HEARTH_VMATH double log1p(double x) {
  const double u = 1.0 + x;
  const double c = x < 1.0 ? x - (u - 1.0) : 1.0 - (u - x);
  LogParts<double> p = log_parts(u);
  const double unscale =
      from_bits((uint64_t{1023} << 52) - (bits(at_most(p.e, 60.0) + kRound) << 52));
  p.f += c * unscale;
  const double r = log_special(u, 0.0, log_sum(p));
  return abs(x) < 0x1p-54 ? x : r;
}

/// log(x) to about 2^-66, for positive finite x: atanh series in s = f / (2 + f).
HEARTH_VMATH Pair<double> log_exact(double x) {
  const auto [f, e] = log_parts(x);
  const auto [d, dl] = fast_two_sum(2.0, f);
  const double s = f / d;
  const auto [sd, sde] = two_product(s, d);
  const double sl = ((f - sd) - sde - s * dl) / d;
  const auto [z, ze] = two_product(s, s);
  const double zl = ze + 2.0 * s * sl;
  const double t = z * poly(z, 0x1.9999999999b3p-3, 0x1.2492492457d6cp-3, 0x1.c71c722d64424p-4,
                            0x1.745ce9e458ad9p-4, 0x1.3b1eebd2669fep-4, 0x1.0f7fefa186ae4p-4,
                            0x1.0e426d4bc16d1p-4);
  const auto [i, ie] = fast_two_sum(0x1.5555555555555p-2, t);
  const double il = ie + 0x1.5555555555555p-56;
  const auto [u, ue] = two_product(z, i);
  const double ul = ue + (z * il + zl * i);
  const auto [v, ve] = two_product(s, u);
  const double vl = ve + (s * ul + sl * u);
  const auto [l, le] = fast_two_sum(s, v);
  const double ll = le + (sl + vl);
  const auto [h, he] = fast_two_sum(e * 0x1.62e42fefa38p-1, 2.0 * l);
  return fast_two_sum(h, he + (2.0 * ll + e * 0x1.ef35793c7673p-45));
}

/// Signs and special cases of x^y, given r = |x|^y.
template <class T>
HEARTH_VMATH T pow_special(T x, T y, T r) {
  const T inf = static_cast<T>(__builtin_inf()), one = 1, half = static_cast<T>(0.5), zero = 0;
  const T whole = static_cast<T>(__builtin_rint(y));
  const T y_half = y * half;
  const bool is_odd = whole == y && static_cast<T>(__builtin_rint(y_half)) != y_half;
  const T signed_r = is_odd ? copysign(r, x) : r;
  const bool no_power = x < zero && x > -inf && whole != y;
  const T real = no_power ? static_cast<T>(__builtin_nan("")) : signed_r;
  const bool is_one = x == one || y == zero || (x == -one && abs(y) == inf);
  return is_one ? one : real;
}

HEARTH_VMATH float pow(float x, float y) {
  const double a = abs(static_cast<double>(x));
  const double t = static_cast<double>(y) * log(a);
  return pow_special(x, y, static_cast<float>(exp(t)));
}
HEARTH_VMATH double pow(double x, double y) {
  const double a = abs(x);
  const auto [h, l] = log_exact(a);
  const double hi = log_special(a, 0.0, h);
  const auto [p, pe] = two_product(y, hi);
  // Out of range, or not finite, the tail would only turn infinities into NaN.
  const double tail = abs(p) < 1000.0 ? fma(y, l, pe) : 0.0;
  return pow_special(x, y, exp(p, tail));
}

}  // namespace hearth::cpu::HEARTH_ISA::vmath
