// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), numbered
// as PyTorch does on CUDA with subsequence 0: key = seed, counter = {offset, 0}. A counter gives
// four 32-bit lanes. Element i by logical index is:
//   32 bits, float uniform:   counter offset + i / 4, lane i % 4
//   64 bits, double uniform:  counter offset + i / 2, lanes 2 (i % 2) (low word) and the next
//   float normal:             Box-Muller over the pairs of lanes (0, 1) and (2, 3); the even
//                             element is the cosine, the odd one the sine
//   double normal:            Box-Muller over the counter's two doubles
// Pure functions, static so that each ISA variant keeps its own copy; constexpr lets the device
// call them.
namespace hearth::philox {

/// The four lanes of one counter.
struct Lanes {
  uint32_t v[4];
};

[[gnu::always_inline]] static constexpr Lanes philox4x32(uint64_t seed, uint64_t counter,
                                                         uint64_t counter_high = 0) {
  uint32_t c0 = static_cast<uint32_t>(counter), c1 = static_cast<uint32_t>(counter >> 32);
  uint32_t c2 = static_cast<uint32_t>(counter_high), c3 = static_cast<uint32_t>(counter_high >> 32);
  uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
#ifndef __CUDACC__  // which does so by itself
#pragma GCC unroll 10
#endif
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53u} * c0;
    const uint64_t p1 = uint64_t{0xCD9E8D57u} * c2;
    const uint32_t n0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0;
    const uint32_t n2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c1 = static_cast<uint32_t>(p1);
    c3 = static_cast<uint32_t>(p0);
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

/// The 32 bits of element i.
[[gnu::always_inline]] static constexpr uint32_t bits32(uint64_t seed, uint64_t offset,
                                                        uint64_t i) {
  return philox4x32(seed, offset + i / 4).v[i % 4];
}

/// The 64 bits of element i.
[[gnu::always_inline]] static constexpr uint64_t bits64(uint64_t seed, uint64_t offset,
                                                        uint64_t i) {
  const Lanes r = philox4x32(seed, offset + i / 2);
  const uint64_t pair = 2 * (i % 2);
  return r.v[pair] | uint64_t{r.v[pair + 1]} << 32;
}

/// 24 of the bits as a float in [0, 1).
[[gnu::always_inline]] static constexpr float uniform_float(uint32_t bits) {
  return static_cast<float>(static_cast<int32_t>(bits >> 8)) * 0x1p-24f;
}

/// 53 of the bits as a double in [0, 1).
[[gnu::always_inline]] static constexpr double uniform_double(uint64_t bits) {
  return static_cast<double>(static_cast<int64_t>(bits >> 11)) * 0x1p-53;
}

/// Counters that n elements of 32 (lanes 4) or 64 bits (lanes 2) use up.
[[gnu::always_inline]] static constexpr uint64_t counters_for(uint64_t n, uint64_t lanes) {
  return n / lanes + (n % lanes != 0);
}

}  // namespace hearth::philox
