// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/philox.h"
#include "cpu/isa/vector.h"
#include "cpu/isa/vmath.h"

// Random numbers in bulk for kernels; base/philox.h says how elements map to counters.
namespace hearth::cpu::HEARTH_ISA {

/// A register of 64-bit lanes, of which a multiplication of the low halves fills all bits.
typedef uint64_t Words __attribute__((vector_size(HEARTH_VECTOR_BYTES)));
inline constexpr int kWordLanes = HEARTH_VECTOR_BYTES / 8;

static inline Words multiply_low(Words a, Words b) {
#if defined(__AVX512F__)
  return (Words)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (Words)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#else
  return (a & 0xffffffffu) * (b & 0xffffffffu);
#endif
}

/// philox4x32 of the counters in the lanes of `at`, stored one after the other.
static inline void random_words(uint64_t seed, Words at, uint32_t* out) {
  // High halves that no multiplication reads may hold anything.
  Words c0 = at, c1 = at >> 32, c2{}, c3{};
  uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    const Words p0 = multiply_low(c0, Words{} + 0xD2511F53u);
    const Words p1 = multiply_low(c2, Words{} + 0xCD9E8D57u);
    c0 = (p1 >> 32) ^ c1 ^ k0;
    c2 = (p0 >> 32) ^ c3 ^ k1;
    c1 = p1;
    c3 = p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  const Words first = (c0 & 0xffffffffu) | (c1 << 32), second = (c2 & 0xffffffffu) | (c3 << 32);
#if HEARTH_VECTOR_BYTES == 64
  store(out, __builtin_shufflevector(first, second, 0, 8, 1, 9, 2, 10, 3, 11));
  store(out + 16, __builtin_shufflevector(first, second, 4, 12, 5, 13, 6, 14, 7, 15));
#elif HEARTH_VECTOR_BYTES == 32
  store(out, __builtin_shufflevector(first, second, 0, 4, 1, 5));
  store(out + 8, __builtin_shufflevector(first, second, 2, 6, 3, 7));
#else
  store(out, __builtin_shufflevector(first, second, 0, 2));
  store(out + 4, __builtin_shufflevector(first, second, 1, 3));
#endif
}

/// The lanes of n counters from `counter` on, 4 n words.
static inline void random_words(uint64_t seed, uint64_t counter, int64_t n, uint32_t* out) {
  Words at = Words{} + counter;
  for (int lane = 0; lane < kWordLanes; ++lane) at[lane] += static_cast<uint64_t>(lane);
  int64_t i = 0;
  for (; i + kWordLanes <= n; i += kWordLanes, at += kWordLanes)
    random_words(seed, at, out + 4 * i);
  for (; i < n; ++i) {
    const philox::Lanes lanes = philox::philox4x32(seed, counter + static_cast<uint64_t>(i));
    for (int k = 0; k < 4; ++k) out[4 * i + k] = lanes.v[k];
  }
}

/// Two independent standard normals by Box and Muller: radius from `a`, angle from `b`.
HEARTH_VMATH vmath::Pair<float> normal_pair(uint32_t a, uint32_t b) {
  // In (0, 1], with its finest steps near 0, where the tail of the distribution comes from.
  const float u = (static_cast<float>(static_cast<int32_t>(a >> 1)) + 0.5f) * 0x1p-31f;
  const float radius = vmath::sqrt(-2.0f * vmath::log_sum(vmath::log_parts(u)));
  // The top two bits name the nearest quarter turn, the rest is an angle within an eighth of a
  // turn.
  const uint32_t quadrant = (b + 0x20000000u) >> 30;
  const float r = static_cast<float>(static_cast<int32_t>(b - (quadrant << 30))) * 0x1.921fb6p-30f;
  const vmath::AngleF angle{r, 0.0f, quadrant};
  return {radius * vmath::sin_or_cos(angle, quadrant + 1),
          radius * vmath::sin_or_cos(angle, quadrant)};
}
HEARTH_VMATH vmath::Pair<double> normal_pair(uint64_t a, uint64_t b) {
  // 52 bits through the bits of a number in [1, 2), as integers become doubles only in AVX-512.
  const double u = (vmath::from_bits((a >> 12) | 0x3ff0000000000000u) - 1.0) + 0x1p-53;
  const double radius = vmath::sqrt(-2.0 * vmath::log_sum(vmath::log_parts(u)));
  const uint64_t quadrant = (b + (uint64_t{1} << 61)) >> 62;
  // The remainder plus an eighth of a turn is positive and below 2^62; 52 of its bits count.
  const uint64_t positive = (b + (uint64_t{1} << 61)) & ((uint64_t{1} << 62) - 1);
  const double turn = vmath::from_bits((positive >> 10) | 0x3ff0000000000000u) - 1.5;
  const vmath::Angle angle{turn * 0x1.921fb54442d18p0, 0.0, quadrant};
  return {radius * vmath::sin_or_cos(angle, quadrant + 1),
          radius * vmath::sin_or_cos(angle, quadrant)};
}

}  // namespace hearth::cpu::HEARTH_ISA
