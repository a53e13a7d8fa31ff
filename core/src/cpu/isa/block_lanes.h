// SPDX-License-Identifier: Apache-2.0
// Rounded numbers times blocks whose rows are packed by 16 (cpu/block_packing.h): a register holds
// four bytes of as many rows as it has lanes, so what a row adds up to stays in its lane.
//
// InLanes<Format> tells how a format's numbers lie: words(at, g, w) are the bytes of group g of 32
// numbers, four in each lane of w[0] to w[7]; scales(at, g, i) makes values of them, scale * byte +
// offset. kHalves formats have a scale for each 16 numbers.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "cpu/block_kernels.h"
#include "cpu/isa/block_formats.h"
#include "cpu/isa/unrolled.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

using Lanes = Vector<float>;
typedef int32_t Ints __attribute__((vector_size(HEARTH_VECTOR_BYTES)));
typedef uint32_t Words __attribute__((vector_size(HEARTH_VECTOR_BYTES)));
typedef int8_t S8x8 __attribute__((vector_size(8)));
typedef int32_t S32x8 __attribute__((vector_size(32)));
inline constexpr int kWordLanes = kLanes<float>;

/// Some lanes of a block of 16 rows; what lies at byte `at` of a row's block.
struct PackedBlock {
  const uint8_t* bytes;
  int first;  ///< of the rows

  Words word(int64_t at) const { return load<Words>(bytes + 16 * at + 4 * first); }
  Lanes half(int64_t at) const {
    const uint8_t* p = bytes + 16 * at + 2 * first;
#if defined(__AVX512F__)
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
#elif defined(__AVX2__)
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
#else
    Lanes v;
    for (int i = 0; i < kWordLanes; ++i) v[i] = half_at(p + 2 * i);
    return v;
#endif
  }
};

struct Scales {
  Lanes scale, offset;
};
inline Scales around(Lanes scale, float zero) { return {scale, -zero * scale}; }
inline Lanes as_floats(Words v) { return __builtin_convertvector((Ints)v, Lanes); }

inline constexpr uint32_t kLowHalves = 0x0f0f0f0f;
/// 32 numbers of four bits in 16 bytes: the lower halves, then the upper ones.
inline void nibbles(const PackedBlock& b, int64_t at, Words* w) {
  unrolled<4>([&](auto i) {
    const Words v = b.word(at + 4 * i);
    w[i] = v & kLowHalves;
    w[4 + i] = v >> 4 & kLowHalves;
  });
}
/// Adds 16 to the numbers whose bits are set in the word at `at`.
inline void add_fifth_bits(const PackedBlock& b, int64_t at, Words* w) {
  const Words bits = b.word(at);
  // Copies of four bits lie so that one of each is at the end of a byte.
  unrolled<8>([&](auto i) { w[i] |= ((bits >> 4 * i & 15) * 0x00204081 & 0x01010101) << 4; });
}

template <class Format>
struct InLanes;

template <>
struct InLanes<Q8_0> {
  static void words(const PackedBlock& b, int, Words* w) {
    unrolled<8>([&](auto i) { w[i] = b.word(2 + 4 * i) ^ 0x80808080; });
  }
  static Scales scales(const PackedBlock& b, int, int) { return around(b.half(0), 128); }
};
template <>
struct InLanes<Q4_0> {
  static void words(const PackedBlock& b, int, Words* w) { nibbles(b, 2, w); }
  static Scales scales(const PackedBlock& b, int, int) { return around(b.half(0), 8); }
};
template <>
struct InLanes<Q4_1> {
  static void words(const PackedBlock& b, int, Words* w) { nibbles(b, 4, w); }
  static Scales scales(const PackedBlock& b, int, int) { return {b.half(0), b.half(2)}; }
};
template <>
struct InLanes<Q5_0> {
  static void words(const PackedBlock& b, int, Words* w) {
    nibbles(b, 6, w);
    add_fifth_bits(b, 2, w);
  }
  static Scales scales(const PackedBlock& b, int, int) { return around(b.half(0), 16); }
};
template <>
struct InLanes<Q5_1> {
  static void words(const PackedBlock& b, int, Words* w) {
    nibbles(b, 8, w);
    add_fifth_bits(b, 4, w);
  }
  static Scales scales(const PackedBlock& b, int, int) { return {b.half(0), b.half(2)}; }
};
template <>
struct InLanes<IQ4_NL> {
  static void words(const PackedBlock& b, int, Words* w) {
    nibbles(b, 2, w);
    for (int i = 0; i < 8; ++i) w[i] = looked_up(w[i]);
  }
  static Scales scales(const PackedBlock& b, int, int) { return around(b.half(0), 128); }

 private:
  static Words looked_up(Words places) {
#if defined(__AVX512BW__)
    return (Words)_mm512_shuffle_epi8(_mm512_broadcast_i32x4((__m128i)IQ4_NL::kTable),
                                      (__m512i)places);
#elif defined(__AVX2__)
    return (Words)_mm256_shuffle_epi8(_mm256_broadcastsi128_si256((__m128i)IQ4_NL::kTable),
                                      (__m256i)places);
#else
    uint8_t bytes[sizeof(Words)];
    store(bytes, places);
    for (uint8_t& byte : bytes) byte = IQ4_NL::kTable[byte];
    return load<Words>(bytes);
#endif
  }
};

/// Scales and minima of six bits.
struct SixBitsInLanes {
  static Scales scales(const PackedBlock& b, int g, int) {
    const Words a = b.word(4), m = b.word(8);
    const int at = g % 4 * 8;
    if (g < 4) return scaled(b, a >> at & 63, m >> at & 63);
    const Words c = b.word(12) >> at;
    return scaled(b, (c & 15) | (a >> at & 0xc0) >> 2, (c >> 4 & 15) | (m >> at & 0xc0) >> 2);
  }

 private:
  static Scales scaled(const PackedBlock& b, Words scale, Words least) {
    return {b.half(0) * as_floats(scale), -b.half(2) * as_floats(least)};
  }
};
template <>
struct InLanes<Q4_K> : SixBitsInLanes {
  static void words(const PackedBlock& b, int g, Words* w) {
    unrolled<8>([&](auto i) { w[i] = b.word(16 + g / 2 * 32 + 4 * i) >> g % 2 * 4 & kLowHalves; });
  }
};
template <>
struct InLanes<Q5_K> : SixBitsInLanes {
  static void words(const PackedBlock& b, int g, Words* w) {
    unrolled<8>([&](auto i) {
      w[i] = (b.word(48 + g / 2 * 32 + 4 * i) >> g % 2 * 4 & kLowHalves) |
             (b.word(16 + 4 * i) >> g & 0x01010101) << 4;
    });
  }
};
template <>
struct InLanes<Q6_K> {
  static void words(const PackedBlock& b, int g, Words* w) {
    const int half = g / 4, quarter = g % 4;
    unrolled<8>([&](auto i) {
      w[i] = (b.word(half * 64 + quarter % 2 * 32 + 4 * i) >> quarter / 2 * 4 & kLowHalves) |
             (b.word(128 + half * 32 + 4 * i) >> quarter * 2 & 0x03030303) << 4;
    });
  }
  static Scales scales(const PackedBlock& b, int g, int i) {
    const auto scale = (Ints)(b.word(192 + g / 2 * 4) << (24 - g % 2 * 16 - i * 8)) >> 24;
    return around(b.half(208) * __builtin_convertvector(scale, Lanes), 32);
  }
};

inline Ints every_lane(const uint8_t* p) { return load<int32_t>(p) - Ints{}; }

// A `Way` knows how rounded numbers lie, 64 bytes for 32 of them, and multiplies with them: add()
// takes four bytes w of each lane times numbers 4 i to 4 i + 3.

/// As numbers of 16 bits, of each four the first, third, second and last.
struct ByPairs {
  typedef int16_t S16x8 __attribute__((vector_size(16)));
  static void put(uint8_t* group, int at, S32x8 numbers) {
    const S16x8 narrow = __builtin_convertvector(numbers, S16x8);
    store(group + 2 * at, __builtin_shufflevector(narrow, narrow, 0, 2, 1, 3, 4, 6, 5, 7));
  }

  Ints total = {};
  void add(Words w, const uint8_t* group, int i) {
    total += pairs(w & 0x00ff00ff, every_lane(group + 8 * i)) +
             pairs(w >> 8 & 0x00ff00ff, every_lane(group + 8 * i + 4));
  }
  Ints sum() const { return total; }

 private:
  static Ints pairs(Words a, Ints b) {
#if defined(__AVX512BW__)
    return (Ints)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
    return (Ints)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
    return (Ints)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
    return (Ints)(a & 0xffff) * (b << 16 >> 16) + (Ints)(a >> 16) * (b >> 16);
#endif
  }
};

#if defined(__AVX512VL__)
#define HEARTH_BLOCKS_BY_FOURS 1
/// In two parts of eight bits, where bytes are multiplied and added by one instruction (AVX-512
/// VNNI). The level that this is compiled for does not include it: so it is spelled out, and asked
/// for at run time.
struct ByFours {
  static void put(uint8_t* group, int at, S32x8 numbers) {
    const S32x8 upper = (numbers + 128) >> 8;
    store(group + at, __builtin_convertvector(upper, S8x8));
    store(group + 32 + at, __builtin_convertvector(numbers - (upper << 8), S8x8));
  }

  Ints high = {}, low = {};
  void add(Words w, const uint8_t* group, int i) {
    high = products(high, w, every_lane(group + 4 * i));
    low = products(low, w, every_lane(group + 32 + 4 * i));
  }
  Ints sum() const { return (high << 8) + low; }

 private:
  static Ints products(Ints sums, Words w, Ints x) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(w), "v"(x));
    return sums;
  }
};
#endif

/// kRows rows of x from `first` on, times 16 rows of weights.
/// Flat, since what is not inlined keeps its sums in memory.
template <class Way, class Format, int kRows>
[[gnu::flatten]] void multiply_tile(const uint8_t* tile, const RoundedRows& x, int64_t first,
                                    float* out, int64_t out_stride) {
  constexpr int kParts = kPackedRows / kWordLanes, kGroups = Format::kElements / 32;
  constexpr int kScales = Format::kHalves ? 2 : 1, kWords = 8 / kScales;
  constexpr int64_t kBlock = kPackedRows * Format::kBytes, kAhead = 4096, kLine = 64;
  Lanes sums[kParts][kRows] = {};
  const int64_t groups = x.n / 32;
  for (int64_t block = 0; block < groups; block += kGroups, tile += kBlock) {
    // Processors don't look far enough ahead.
    for (int64_t i = 0; i < kBlock; i += kLine) __builtin_prefetch(tile + kAhead + i);
    for (int g = 0; g < kGroups; ++g) {
      unrolled<kParts>([&](auto part) {
        const PackedBlock bytes{tile, part * kWordLanes};
        Words w[8];
        InLanes<Format>::words(bytes, g, w);
        unrolled<kScales>([&](auto half) {
          const Scales by = InLanes<Format>::scales(bytes, g, half);
          unrolled<kRows>([&](auto r) {
            const int64_t at = (first + r) * groups + block + g;
            Way products;
            unrolled<kWords>([&](auto i) {
              constexpr int word = half * kWords + i;
              products.add(w[word], x.first.numbers + at * 64, word);
            });
            const float of_x = x.first.scales[at],
                        added = kScales == 2 ? x.first.sums16[2 * at + half] : x.first.sums32[at];
            Lanes& sum = sums[part][r];
            sum = fma(__builtin_convertvector(products.sum(), Lanes), by.scale * of_x, sum);
            sum = fma(by.offset, added - Lanes{}, sum);
          });
        });
      });
    }
  }
  for (int part = 0; part < kParts; ++part)
    for (int r = 0; r < kRows; ++r) store(out + r * out_stride + part * kWordLanes, sums[part][r]);
}

template <class Way>
struct RoundedTimes {
  template <class Format>
  static void multiply(const uint8_t* tiles, int64_t count, const RoundedRows& x, float* out,
                       int64_t out_stride) {
    const int64_t bytes = kPackedRows * (x.n / Format::kElements * Format::kBytes);
    int64_t i = 0;
    for (; i + 4 <= x.rows; i += 4) run<Format, 4>(tiles, bytes, count, x, i, out, out_stride);
    for (; i < x.rows; ++i) run<Format, 1>(tiles, bytes, count, x, i, out, out_stride);
  }

 private:
  template <class Format, int kRows>
  static void run(const uint8_t* tiles, int64_t bytes, int64_t count, const RoundedRows& x,
                  int64_t first, float* out, int64_t out_stride) {
    for (int64_t t = 0; t < count; ++t)
      multiply_tile<Way, Format, kRows>(tiles + t * bytes, x, first,
                                        out + first * out_stride + t * kPackedRows, out_stride);
  }
};

}  // namespace
}  // namespace hearth::cpu::HEARTH_ISA
