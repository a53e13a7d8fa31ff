// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <iosfwd>
#include <limits>

namespace hearth {

namespace detail {

constexpr float bits_to_float(uint32_t bits) { return __builtin_bit_cast(float, bits); }
constexpr uint32_t float_to_bits(float value) { return __builtin_bit_cast(uint32_t, value); }

/// IEEE half from float: round to nearest even, overflow to infinity, NaN stays NaN.
constexpr uint16_t float_to_half(float value) {
  const uint32_t bits = float_to_bits(value);
  const uint32_t sign = (bits >> 16) & 0x8000u;
  const uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return static_cast<uint16_t>(sign | 0x7e00u);
  if (magnitude >= 0x477ff000u) return static_cast<uint16_t>(sign | 0x7c00u);
  if (magnitude < 0x38800000u) {
    // Adding 0.5 aligns the mantissa so that the FPU rounds it as a subnormal half.
    const float shifted = bits_to_float(magnitude) + 0.5f;
    return static_cast<uint16_t>(sign | (float_to_bits(shifted) - 0x3f000000u));
  }
  const uint32_t odd = (magnitude >> 13) & 1u;
  return static_cast<uint16_t>(sign | ((magnitude - 0x38000000u + 0xfffu + odd) >> 13));
}

constexpr float half_to_float(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t rest = half & 0x7fffu;
  if (rest >= 0x7c00u) return bits_to_float(sign | 0x7f800000u | (rest & 0x3ffu) << 13);
  if (rest >= 0x400u) return bits_to_float(sign | ((rest << 13) + 0x38000000u));
  const float magnitude = static_cast<float>(rest) * 5.9604644775390625e-8f;  // 2^-24
  return sign ? -magnitude : magnitude;
}

/// bfloat16 from float: round to nearest even; NaN becomes a quiet NaN.
constexpr uint16_t float_to_bfloat16(float value) {
  const uint32_t bits = float_to_bits(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<uint16_t>((bits >> 16) | 0x40u);
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

constexpr float bfloat16_to_float(uint16_t value) {
  return bits_to_float(static_cast<uint32_t>(value) << 16);
}

}  // namespace detail

/// IEEE 754 half precision (float16). Arithmetic happens in float, through the conversions.
struct alignas(2) Half {
  uint16_t bits = 0;
  Half() = default;
  constexpr Half(float value) : bits(detail::float_to_half(value)) {}
  constexpr operator float() const { return detail::half_to_float(bits); }
  constexpr Half& operator+=(float v) { return *this = *this + v; }
  constexpr Half& operator-=(float v) { return *this = *this - v; }
  constexpr Half& operator*=(float v) { return *this = *this * v; }
  constexpr Half& operator/=(float v) { return *this = *this / v; }
  static constexpr Half from_bits(uint16_t b) {
    Half h(0.0f);
    h.bits = b;
    return h;
  }
};

/// bfloat16: the upper half of a float. Arithmetic happens in float, through the conversions.
struct alignas(2) BFloat16 {
  uint16_t bits = 0;
  BFloat16() = default;
  constexpr BFloat16(float value) : bits(detail::float_to_bfloat16(value)) {}
  constexpr operator float() const { return detail::bfloat16_to_float(bits); }
  constexpr BFloat16& operator+=(float v) { return *this = *this + v; }
  constexpr BFloat16& operator-=(float v) { return *this = *this - v; }
  constexpr BFloat16& operator*=(float v) { return *this = *this * v; }
  constexpr BFloat16& operator/=(float v) { return *this = *this / v; }
  static constexpr BFloat16 from_bits(uint16_t b) {
    BFloat16 h(0.0f);
    h.bits = b;
    return h;
  }
};

/// As floats print.
template <typename C, typename Traits>
std::basic_ostream<C, Traits>& operator<<(std::basic_ostream<C, Traits>& out, Half h) {
  return out << static_cast<float>(h);
}
template <typename C, typename Traits>
std::basic_ostream<C, Traits>& operator<<(std::basic_ostream<C, Traits>& out, BFloat16 h) {
  return out << static_cast<float>(h);
}

}  // namespace hearth

namespace std {

template <>
struct numeric_limits<::hearth::Half> : numeric_limits<float> {
  static constexpr int digits = 11, digits10 = 3, max_digits10 = 5;
  static constexpr int min_exponent = -13, min_exponent10 = -4;
  static constexpr int max_exponent = 16, max_exponent10 = 4;
  static constexpr ::hearth::Half min() { return of(0x0400); }
  static constexpr ::hearth::Half max() { return of(0x7bff); }
  static constexpr ::hearth::Half lowest() { return of(0xfbff); }
  static constexpr ::hearth::Half epsilon() { return of(0x1400); }
  static constexpr ::hearth::Half round_error() { return of(0x3800); }
  static constexpr ::hearth::Half infinity() { return of(0x7c00); }
  static constexpr ::hearth::Half quiet_NaN() { return of(0x7e00); }
  static constexpr ::hearth::Half signaling_NaN() { return of(0x7d00); }
  static constexpr ::hearth::Half denorm_min() { return of(1); }

 private:
  static constexpr ::hearth::Half of(uint16_t bits) { return ::hearth::Half::from_bits(bits); }
};

template <>
struct numeric_limits<::hearth::BFloat16> : numeric_limits<float> {
  static constexpr int digits = 8, digits10 = 2, max_digits10 = 4;
  static constexpr int min_exponent = -125, min_exponent10 = -37;
  static constexpr int max_exponent = 128, max_exponent10 = 38;
  static constexpr ::hearth::BFloat16 min() { return of(0x0080); }
  static constexpr ::hearth::BFloat16 max() { return of(0x7f7f); }
  static constexpr ::hearth::BFloat16 lowest() { return of(0xff7f); }
  static constexpr ::hearth::BFloat16 epsilon() { return of(0x3c00); }
  static constexpr ::hearth::BFloat16 round_error() { return of(0x3f00); }
  static constexpr ::hearth::BFloat16 infinity() { return of(0x7f80); }
  static constexpr ::hearth::BFloat16 quiet_NaN() { return of(0x7fc0); }
  static constexpr ::hearth::BFloat16 signaling_NaN() { return of(0x7fa0); }
  static constexpr ::hearth::BFloat16 denorm_min() { return of(1); }

 private:
  static constexpr ::hearth::BFloat16 of(uint16_t bits) {
    return ::hearth::BFloat16::from_bits(bits);
  }
};

}  // namespace std
