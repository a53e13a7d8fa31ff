// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/philox.h"
#include "cpu/isa/vmath.h"

// Random numbers in bulk for kernels; base/philox.h says how elements map to counters.
namespace hearth::cpu::HEARTH_ISA {

/// The lanes of n counters from `counter` on, 4 n words.
static inline void random_words(uint64_t seed, uint64_t counter, int64_t n, uint32_t* out) {
  for (int64_t i = 0; i < n; ++i) {
    const uint64_t at = counter + static_cast<uint64_t>(i);
    // In 64-bit lanes, where one multiplication gives both halves; philox4x32 says what it
    // computes.
    uint64_t c0 = at & 0xffffffffu, c1 = at >> 32, c2 = 0, c3 = 0;
    uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
#pragma GCC unroll 10
    for (int round = 0; round < 10; ++round) {
      const uint64_t p0 = uint64_t{0xD2511F53u} * (c0 & 0xffffffffu);
      const uint64_t p1 = uint64_t{0xCD9E8D57u} * (c2 & 0xffffffffu);
      c0 = (p1 >> 32) ^ c1 ^ k0;
      c2 = (p0 >> 32) ^ c3 ^ k1;
      c1 = p1 & 0xffffffffu;
      c3 = p0 & 0xffffffffu;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    out[4 * i] = static_cast<uint32_t>(c0);
    out[4 * i + 1] = static_cast<uint32_t>(c1);
    out[4 * i + 2] = static_cast<uint32_t>(c2);
    out[4 * i + 3] = static_cast<uint32_t>(c3);
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
