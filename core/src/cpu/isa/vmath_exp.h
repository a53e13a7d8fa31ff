// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/isa/vmath_base.h"

// exp and its relatives: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial in r, a scaling by 2^n.
namespace hearth::cpu::HEARTH_ISA::vmath {

template <class T, class Bits>
struct ExpParts {
  T r;
  Bits shifted;  // n in its low bits
};

// Adding this leaves the integer nearest to a number in the low bits of the sum.
inline constexpr float kRoundF = 0x1.8p23f;
inline constexpr double kRound = 0x1.8p52;

HEARTH_VMATH ExpParts<float, uint32_t> exp_parts(float x) {
  const float shifted = fma(x, 0x1.715476p0f, kRoundF);
  const float n = shifted - kRoundF;
  // The first constant has few enough bits that its product with n is exact.
  return {fma(n, -0x1.7f7d1cp-20f, fma(n, -0x1.62e4p-1f, x)), bits(shifted)};
}
HEARTH_VMATH ExpParts<double, uint64_t> exp_parts(double x) {
  const double shifted = fma(x, 0x1.71547652b82fep0, kRound);
  const double n = shifted - kRound;
  return {fma(n, -0x1.ef35793c7673p-45, fma(n, -0x1.62e42fefa38p-1, x)), bits(shifted)};
}

/// 2^n for exponents of normal numbers.
HEARTH_VMATH float exp2_int(uint32_t shifted) {
  return from_bits((shifted << 23) + (uint32_t{127} << 23));
}
HEARTH_VMATH double exp2_int(uint64_t shifted) {
  return from_bits((shifted << 52) + (uint64_t{1023} << 52));
}

/// p 2^n for any n that exp can meet: in two steps, so that only the last one rounds.
HEARTH_VMATH float scale(float p, uint32_t shifted) {
  const uint32_t n = shifted - bits(kRoundF) + 256, half = n >> 1;
  return p * from_bits((half - 1) << 23) * from_bits((n - half - 1) << 23);
}
HEARTH_VMATH double scale(double p, uint64_t shifted) {
  const uint64_t n = shifted - bits(kRound) + 2048, half = n >> 1;
  return p * from_bits((half - 1) << 52) * from_bits((n - half - 1) << 52);
}

/// e^r - 1 on the reduced range.
HEARTH_VMATH float expm1_poly(float r) {
  const float q = poly(r, 0.5f, 0x1.555556p-3f, 0x1.55549ep-5f, 0x1.11101ep-7f, 0x1.6d838cp-10f,
                       0x1.a2a4c2p-13f);
  return fma(r * r, q, r);
}
HEARTH_VMATH double expm1_poly(double r) {
  const double q = poly(r, 0x1.0000000000001p-1, 0x1.5555555555557p-3, 0x1.5555555554d39p-5,
                        0x1.11111111100ddp-7, 0x1.6c16c16f0b3cdp-10, 0x1.a01a01abe7d9ap-13,
                        0x1.a019f393b1ee9p-16, 0x1.71de02300e689p-19, 0x1.28022812c53a4p-22,
                        0x1.af4defd6e5922p-26, 0x1.e6328c18e7e06p-30);
  return fma(r * r, q, r);
}

// The comparisons stand at the end, where they cost a masked move each; out of range, whatever the
// formula gave is replaced.
template <class T>
HEARTH_VMATH T exp_range(T x, T low, T high, T below, T r) {
  const T in_range = x < low ? below : r;
  return x > high ? static_cast<T>(__builtin_inf()) : in_range;
}

HEARTH_VMATH float exp_poly(float r) {
  const float q = poly(r, 0.5f, 0x1.555466p-3f, 0x1.5552fep-5f, 0x1.125808p-7f, 0x1.6fecep-10f);
  return 1.0f + fma(r * r, q, r);
}
HEARTH_VMATH double exp_poly(double r) { return 1.0 + expm1_poly(r); }

/// e^x where that is a positive number, and nothing in particular elsewhere.
template <class T>
HEARTH_VMATH T exp_inside(T x) {
  const auto [r, n] = exp_parts(x);
  return scale(exp_poly(r), n);
}

HEARTH_VMATH float exp(float x) { return exp_range(x, -104.0f, 88.8f, 0.0f, exp_inside(x)); }
/// e^(x + tail) for a tail that is tiny beside x.
HEARTH_VMATH double exp(double x, double tail) {
  const auto [r, n] = exp_parts(x);
  return exp_range(x, -746.0, 709.8, 0.0, scale(exp_poly(r + tail), n));
}
HEARTH_VMATH double exp(double x) { return exp_range(x, -746.0, 709.8, 0.0, exp_inside(x)); }

HEARTH_VMATH float exp2(float x) {
  const float shifted = x + kRoundF;
  const float r = (x - (shifted - kRoundF)) * 0x1.62e43p-1f;
  return exp_range(x, -151.0f, 128.5f, 0.0f, scale(exp_poly(r), bits(shifted)));
}
HEARTH_VMATH double exp2(double x) {
  const double shifted = x + kRound;
  const double f = x - (shifted - kRound);
  const double r = fma(f, 0x1.abc9e3b39803fp-56, f * 0x1.62e42fefa39efp-1);
  return exp_range(x, -1077.0, 1024.5, 0.0, scale(exp_poly(r), bits(shifted)));
}

/// (e^x - 1) / 2, which is finite wherever the number or its double is.
template <class T>
HEARTH_VMATH T expm1_half(T x) {
  const auto [r, n] = exp_parts(x);
  const T s = exp2_int(n - 1);
  return fma(s, expm1_poly(r), s - static_cast<T>(0.5));
}

template <class T>
HEARTH_VMATH T expm1_within(T x, T low, T high, T tiny) {
  const T r = exp_range(x, low, high, static_cast<T>(-1), 2 * expm1_half(x));
  // Below the rounding of 1 the result is x itself, the sign of zero included.
  return abs(x) < tiny ? x : r;
}
HEARTH_VMATH float expm1(float x) { return expm1_within(x, -30.0f, 88.8f, 0x1p-25f); }
HEARTH_VMATH double expm1(double x) { return expm1_within(x, -50.0, 709.8, 0x1p-54); }

/// 1 / (1 + e^-x).
template <class T>
HEARTH_VMATH T sigmoid_within(T x, T high) {
  const T e = exp_inside(-at_most(abs(x), high));
  const T r = 1 / (1 + e);
  return x < 0 ? e * r : r;
}
HEARTH_VMATH float sigmoid(float x) { return sigmoid_within(x, 104.0f); }
HEARTH_VMATH double sigmoid(double x) { return sigmoid_within(x, 746.0); }

template <class T>
HEARTH_VMATH T tanh_within(T x, T high, T tiny) {
  const T a = abs(x);
  const T half = expm1_half(at_most(a + a, high));
  return a < tiny ? x : copysign(half / (half + 1), x);
}
HEARTH_VMATH float tanh(float x) { return tanh_within(x, 20.0f, 0x1p-13f); }
HEARTH_VMATH double tanh(double x) { return tanh_within(x, 40.0, 0x1p-28); }

HEARTH_VMATH double cosh(double x) {
  // e^a / 2 overflows only when the result does.
  const auto [r, n] = exp_parts(at_most(abs(x), 711.0));
  const double half = scale(exp_poly(r), n - 1);
  return half + 0.25 / half;
}
HEARTH_VMATH double sinh(double x) {
  const double a = abs(x), z = x * x;
  const auto [r, n] = exp_parts(at_most(a, 711.0));
  const double half = scale(exp_poly(r), n - 1);
  const double q = poly(z, 0x1.5555555555556p-3, 0x1.111111111101ep-7, 0x1.a01a01a037269p-13,
                        0x1.71de3a3b06bfcp-19, 0x1.ae646ff507a0cp-26, 0x1.6116f4a27e4c5p-33,
                        0x1.b5c89674720b9p-41);
  const double small = a < 0x1p-28 ? x : fma(x * z, q, x);
  return a < 1.0 ? small : copysign(half - 0.25 / half, x);
}
HEARTH_VMATH float cosh(float x) { return static_cast<float>(cosh(static_cast<double>(x))); }
HEARTH_VMATH float sinh(float x) { return static_cast<float>(sinh(static_cast<double>(x))); }

}  // namespace hearth::cpu::HEARTH_ISA::vmath
