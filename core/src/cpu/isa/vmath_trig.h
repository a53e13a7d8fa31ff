// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/isa/vmath_base.h"

// sin, cos and tan: x = n pi/2 + r with |r| <= pi/4, polynomials in r^2, n mod 4 picks one and its
// sign. pi/2 in three doubles makes r right to the last bit for |x| <= kTrigLimit. Beyond, where
// programs hardly ever go, these functions give NaN; kernels look for such arguments first and
// replace them by the same angle within [-pi, pi]:
//
//   if (vmath::any_huge(x, n)) { copy x, with wrap_angle on each element }
namespace hearth::cpu::HEARTH_ISA::vmath {

inline constexpr double kTrigLimit = 0x1p45;

struct Angle {
  double r, tail;
  uint64_t quadrant;  // in the lowest two bits
};

HEARTH_VMATH Angle reduce_angle(double x) {
  const double shifted = fma(x, 0x1.45f306dc9c883p-1, 0x1.8p52);
  const double n = shifted - 0x1.8p52;
  const auto [p, pe] = two_product(n, 0x1.921fb54442d18p0);
  const auto [q, qe] = two_product(n, 0x1.1a62633145c07p-54);
  const auto [t, te] = two_sum(pe, q);
  const auto [hi, lo] = two_sum(x - p, -t);
  const double rest = lo - (te + (qe + n * -0x1.f1976b7ed8fbcp-110));
  const auto [r, tail] = fast_two_sum(hi, rest);
  return {r, tail, bits(shifted)};
}

/// sin(r + tail) and cos(r + tail) on the reduced range.
HEARTH_VMATH double sin_poly(double r, double tail) {
  const double z = r * r;
  const double q = poly(z, -0x1.5555555555555p-3, 0x1.111111111106cp-7, -0x1.a01a019fff4a4p-13,
                        0x1.71de3a355fcaap-19, -0x1.ae642f16c1e03p-26, 0x1.610bc9d861512p-33,
                        -0x1.a120aa435441cp-41);
  return r + fma(r * z, q, tail * fma(z, -0.5, 1.0));
}
HEARTH_VMATH double cos_poly(double r, double tail) {
  const double z = r * r, half = 0.5 * z;
  const double q = poly(z, 0x1.5555555555549p-5, -0x1.6c16c16c14bcfp-10, 0x1.a01a019c24ecdp-16,
                        -0x1.27e4f7a4ec37p-22, 0x1.1ee9a7a738badp-29, -0x1.8f8b733a8ebe4p-37);
  const double w = 1.0 - half;
  return w + (((1.0 - w) - half) + fma(z * z, q, -r * tail));
}

HEARTH_VMATH double sin_or_cos(const Angle& a, uint64_t quadrant) {
  const double s = sin_poly(a.r, a.tail), c = cos_poly(a.r, a.tail);
  const double y = (quadrant & 1) != 0 ? c : s;
  return from_bits(bits(y) ^ ((quadrant & 2) << 62));
}
HEARTH_VMATH double tan_of(const Angle& a) {
  const double s = sin_poly(a.r, a.tail), c = cos_poly(a.r, a.tail);
  const bool odd = (a.quadrant & 1) != 0;
  return (odd ? -c : s) / (odd ? s : c);
}

/// `r` where x is within reach, NaN elsewhere; x itself where the function is x to the last bit.
template <class T>
HEARTH_VMATH T in_reach(T x, T r) {
  return abs(x) <= static_cast<T>(kTrigLimit) ? r : static_cast<T>(__builtin_nan(""));
}

HEARTH_VMATH double sin(double x) {
  const Angle a = reduce_angle(x);
  return in_reach(x, abs(x) < 0x1p-27 ? x : sin_or_cos(a, a.quadrant));
}
HEARTH_VMATH double cos(double x) {
  const Angle a = reduce_angle(x);
  return in_reach(x, sin_or_cos(a, a.quadrant + 1));
}
HEARTH_VMATH double tan(double x) {
  return in_reach(x, abs(x) < 0x1p-27 ? x : tan_of(reduce_angle(x)));
}

struct AngleF {
  float r, tail;
  uint32_t quadrant;
};

/// In doubles, where two parts of pi/2 are enough.
HEARTH_VMATH AngleF reduce_angle(float x) {
  const double d = static_cast<double>(x);
  const double shifted = fma(d, 0x1.45f306dc9c883p-1, 0x1.8p52);
  const double n = shifted - 0x1.8p52;
  const auto [p, pe] = two_product(n, 0x1.921fb54442d18p0);
  const double r = (d - p) - fma(n, 0x1.1a62633145c07p-54, pe);
  const float rounded = static_cast<float>(r);
  const float tail = static_cast<float>(r - static_cast<double>(rounded));
  return {rounded, tail, static_cast<uint32_t>(bits(shifted))};
}

HEARTH_VMATH float sin_or_cos(const AngleF& a, uint32_t quadrant) {
  const float z = a.r * a.r;
  const float cubic = poly(z, -0x1.555544p-3f, 0x1.1106c6p-7f, -0x1.991c4cp-13f);
  const float s = a.r + fma(a.r * z, cubic, a.tail);
  const float q = poly(z, -0.5f, 0x1.55554ap-5f, -0x1.6c0c12p-10f, 0x1.99dd76p-16f);
  const float c = 1.0f + fma(z, q, -a.r * a.tail);
  const float y = (quadrant & 1) != 0 ? c : s;
  return from_bits(bits(y) ^ ((quadrant & 2) << 30));
}

HEARTH_VMATH float sin(float x) {
  const AngleF a = reduce_angle(x);
  return in_reach(x, abs(x) < 0x1p-12f ? x : sin_or_cos(a, a.quadrant));
}
HEARTH_VMATH float cos(float x) {
  const AngleF a = reduce_angle(x);
  return in_reach(x, sin_or_cos(a, a.quadrant + 1));
}
HEARTH_VMATH float tan(float x) { return static_cast<float>(tan(static_cast<double>(x))); }

/// Whether some |x| is beyond kTrigLimit (NaN is not).
template <class T>
HEARTH_VMATH bool any_huge(const T* x, int64_t n) {
  int any = 0;
  for (int64_t i = 0; i < n; ++i) any |= abs(x[i]) > static_cast<T>(kTrigLimit);
  return any != 0;
}

// 2 / pi in 64-bit words, the first before the binary point; these cover every double.
static constexpr uint64_t kTwoOverPi[] = {0,
                                          0xa2f9836e4e441529,
                                          0xfc2757d1f534ddc0,
                                          0xdb6295993c439041,
                                          0xfe5163abdebbc561,
                                          0xb7246e3a424dd2e0,
                                          0x06492eea09d1921c,
                                          0xfe1deb1cb129a73e,
                                          0xe88235f52ebb4484,
                                          0xe99c7026b45f7e41,
                                          0x3991d639835339f4,
                                          0x9c845f8bbdf9283b,
                                          0x1ff897ffde05980f,
                                          0xef2f118b5a0a6d1f,
                                          0x6d367ecf27cb09b7,
                                          0x4f463f669e5fea2d,
                                          0x7527bac7ebe5f17b,
                                          0x3d0739f78a5292ea,
                                          0x6bfb5fb11f8d5d08,
                                          0x56033046fc7b6bab,
                                          0xf0cfbc209af4361d};

/// Payne and Hanek: multiply only by the bits of 2/pi that reach quadrants and what is behind them.
static inline Angle reduce_huge(double x) {
  const uint64_t b = bits(abs(x));
  const int exponent = static_cast<int>(b >> 52) - 1075;  // |x| = mantissa * 2^exponent
  const uint64_t mantissa = (b & 0xfffffffffffff) | uint64_t{1} << 52;
  // Bits of 2/pi above this one give multiples of 4 quadrants.
  const int first = 64 + exponent - 2, word = first / 64, shift = first % 64;
  uint64_t w[3];
  for (int i = 0; i < 3; ++i) {
    w[i] = kTwoOverPi[word + i] << shift;
    if (shift) w[i] |= kTwoOverPi[word + i + 1] >> (64 - shift);
  }
  // mantissa * w, modulo 4 quadrants: 192 bits, of which the top two count quadrants.
  using Wide = unsigned __int128;
  const Wide low = static_cast<Wide>(mantissa) * w[2];
  const Wide middle = static_cast<Wide>(mantissa) * w[1] + static_cast<uint64_t>(low >> 64);
  const uint64_t top = mantissa * w[0] + static_cast<uint64_t>(middle >> 64);
  Wide fraction = static_cast<Wide>(top) << 64 | static_cast<uint64_t>(middle);
  // To the nearest quadrant, the rest as a signed fraction of 2^128 * 4.
  uint64_t quadrant = static_cast<uint64_t>((fraction + (static_cast<Wide>(1) << 125)) >> 126);
  fraction -= static_cast<Wide>(quadrant) << 126;
  const bool negative = static_cast<__int128>(fraction) < 0;
  if (negative) fraction = -fraction;
  const double hi = static_cast<double>(static_cast<uint64_t>(fraction >> 64) >> 11 << 11);
  const double lo = static_cast<double>(static_cast<uint64_t>((fraction << 53) >> 64)) * 0x1p-53;
  const auto [f, fe] = fast_two_sum(hi * 0x1p-62, lo * 0x1p-62);
  const auto [r, re] = two_product(f, 0x1.921fb54442d18p0);
  const double tail = re + (fe * 0x1.921fb54442d18p0 + f * 0x1.1a62633145c07p-54);
  const bool flip = negative != (x < 0);
  if (x < 0) quadrant = 0 - quadrant;
  return {flip ? -r : r, flip ? -tail : tail, quadrant};
}

/// x where |x| <= kTrigLimit, NaN for infinities, else the same angle within [-pi, pi], rounded.
static inline double wrap_angle(double x) {
  if (!(abs(x) > kTrigLimit)) return x;
  if (abs(x) == kInf) return __builtin_nan("");
  const Angle a = reduce_huge(x);
  const uint64_t quadrant = a.quadrant & 3;
  const double turns = quadrant == 0   ? 0.0
                       : quadrant == 1 ? 1.0
                       : quadrant == 3 ? -1.0
                       : a.r < 0       ? 2.0
                                       : -2.0;
  const auto [hi, lo] = two_sum(turns * 0x1.921fb54442d18p0, a.r);
  return hi + (lo + (a.tail + turns * 0x1.1a62633145c07p-54));
}
static inline float wrap_angle(float x) {
  return static_cast<float>(wrap_angle(static_cast<double>(x)));
}

/// The angle of (x, y) for atan and atan2: the ratio is turned by 0, pi/4 or pi/2 until it is at
/// most tan(pi/8).
HEARTH_VMATH double angle_of(double y, double x) {
  const double big_y = abs(y), big_x = abs(x);
  // So that the sum of two large numbers stays finite.
  const double shrink = ((big_y > 0x1p1020) | (big_x > 0x1p1020)) ? 0.25 : 1.0;
  const double a = big_y * shrink, b = big_x * shrink;
  const bool steep = a > b * 0x1.3504f333f9de6p1, equal = (a == b) & (a > 0.0);
  const bool middle = (a > b * 0x1.a827999fcef32p-2) | equal;
  const double difference = equal ? 0.0 : a - b, sum = a + b;
  const double low_num = middle ? difference : a, low_den = middle ? sum : b;
  const double num = steep ? -b : low_num, den = steep ? a : low_den;
  const double t = num / (den == 0.0 ? 1.0 : den);
  const double z = t * t;
  const double q = poly(z, -0x1.5555555555554p-2, 0x1.9999999999584p-3, -0x1.249249246f58bp-3,
                        0x1.c71c71b458af6p-4, -0x1.745d145040d66p-4, 0x1.3b1364ef5dc44p-4,
                        -0x1.110beb696cedbp-4, 0x1.e167ba4d8b60fp-5, -0x1.ab3bec91453e1p-5,
                        0x1.6fe4d306165dp-5, -0x1.0fd5122209db3p-5, 0x1.e84bbc884404ep-7);
  const double base = steep ? 0x1.921fb54442d18p0 : middle ? 0x1.921fb54442d18p-1 : 0.0;
  const double base_low = steep ? 0x1.1a62633145c07p-54 : middle ? 0x1.1a62633145c07p-55 : 0.0;
  const double first = base + (t + (base_low + t * z * q));
  const bool left = bits(x) >> 63 != 0;
  const double turned = left ? 0x1.921fb54442d18p1 - (first - 0x1.1a62633145c07p-53) : first;
  return copysign(turned, y);
}

HEARTH_VMATH double atan2(double y, double x) { return x != x ? x : angle_of(y, x); }
HEARTH_VMATH double atan(double x) { return angle_of(x, 1.0); }
HEARTH_VMATH float atan2(float y, float x) {
  return static_cast<float>(atan2(static_cast<double>(y), static_cast<double>(x)));
}
HEARTH_VMATH float atan(float x) { return static_cast<float>(atan(static_cast<double>(x))); }

/// asin(t) / t - 1 from z = t^2 <= 1/4.
HEARTH_VMATH double asin_poly(double z) {
  return z * poly(z, 0x1.5555555555577p-3, 0x1.333333332e104p-4, 0x1.6db6db7214062p-5,
                  0x1.f1c71a9473032p-6, 0x1.6e8bdeec495f9p-6, 0x1.1c49ef9f0ec71p-6,
                  0x1.ca1f9d5a5434fp-7, 0x1.7585135002614p-7, 0x1.613eee57383b2p-7,
                  0x1.e5d421f90431dp-9, 0x1.63a5f09b57db2p-6, -0x1.580a1daf27fbfp-6,
                  0x1.0b4a78bd3686ep-5);
}

HEARTH_VMATH double asin(double x) {
  const double a = abs(x);
  const bool near_one = a > 0.5;
  // Near 1 by the half angle: asin(a) = pi/2 - 2 asin(sqrt((1 - a) / 2)).
  const double z = near_one ? 0.5 - 0.5 * a : a * a;
  const double t = near_one ? sqrt(z) : a;
  const double y = fma(t, asin_poly(z), t);
  const double flipped = 0x1.921fb54442d18p0 - (2.0 * y - 0x1.1a62633145c07p-54);
  return copysign(near_one ? flipped : y, x);
}
HEARTH_VMATH double acos(double x) {
  const double a = abs(x);
  const bool near_one = a > 0.5;
  const double z = near_one ? 0.5 - 0.5 * a : a * a;
  const double t = near_one ? sqrt(z) : x;
  const double y = fma(t, asin_poly(z), t);
  const double far = x < 0 ? 0x1.921fb54442d18p1 - (2.0 * y - 0x1.1a62633145c07p-53) : 2.0 * y;
  return near_one ? far : 0x1.921fb54442d18p0 - (y - 0x1.1a62633145c07p-54);
}
HEARTH_VMATH float asin(float x) { return static_cast<float>(asin(static_cast<double>(x))); }
HEARTH_VMATH float acos(float x) { return static_cast<float>(acos(static_cast<double>(x))); }

}  // namespace hearth::cpu::HEARTH_ISA::vmath
