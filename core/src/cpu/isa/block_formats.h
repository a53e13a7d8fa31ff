// SPDX-License-Identifier: Apache-2.0
// How ggml packs numbers. Of each format, bytes(row, g) are the 32 numbers of group g of a row
// before scaling. scales(row, g, count, ...) tells what makes values of them, scale * byte +
// offset, of up to eight groups from g on, a multiple of eight: for each group or, with kHalves,
// for each 16 numbers. It writes as much as eight groups have.
#pragma once

#include "cpu/isa/vector.h"

namespace hearth::cpu::HEARTH_ISA {

typedef uint8_t U8x16 __attribute__((vector_size(16)));
typedef uint8_t U8x32 __attribute__((vector_size(32)));

namespace {

inline float half_at(const uint8_t* p) {
  uint16_t bits;
  std::memcpy(&bits, p, sizeof bits);
#if defined(__F16C__)
  return _cvtsh_ss(bits);
#else
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000u) << 16, rest = bits & 0x7fffu;
  if (rest >= 0x7c00u) return __builtin_bit_cast(float, sign | 0x7f800000u | (rest & 0x3ffu) << 13);
  if (rest >= 0x400u) return __builtin_bit_cast(float, sign | ((rest << 13) + 0x38000000u));
  const float magnitude = static_cast<float>(rest) * 0x1p-24f;
  return sign ? -magnitude : magnitude;
#endif
}

inline U8x32 joined(U8x16 low, U8x16 high) {
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
                                 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
}
/// The lower halves of 16 bytes, then the upper ones.
inline U8x32 nibbles(const uint8_t* p) {
  const U8x16 v = load<U8x16>(p);
  return joined(v & 15, v >> 4);
}
/// 16 where a bit of the four bytes is set.
inline U8x32 fifth_bits(const uint8_t* p) {
  uint32_t four;
  std::memcpy(&four, p, sizeof four);
  typedef uint32_t Words __attribute__((vector_size(16)));
  const Words all = four - Words{};
  const U8x16 b = __builtin_bit_cast(U8x16, all);
  const U8x32 each = __builtin_shufflevector(b, b, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1,
                                             2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
  constexpr U8x32 bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128,
                         1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  return (U8x32)((each & bit) != 0) & 16;
}

struct Blocks32 {
  static constexpr int kElements = 32;
  static constexpr bool kHalves = false;

 protected:
  /// The first and the second half of `count` blocks.
  template <int bytes>
  static void scales_of(const uint8_t* blocks, int64_t count, float* first, float* second) {
#if defined(__AVX2__)
    // Loads that are put together are faster than gathering.
    const auto both = [&](int64_t i) {
      return _mm_loadu_si128(
          reinterpret_cast<const __m128i*>(blocks + (i < count ? i : count - 1) * bytes));
    };
    const auto four = [&](int64_t i) {
      return _mm_unpacklo_epi64(_mm_unpacklo_epi32(both(i), both(i + 1)),
                                _mm_unpacklo_epi32(both(i + 2), both(i + 3)));
    };
    constexpr int64_t kApart = 0x0f0e0b0a07060302, kFirst = 0x0d0c090805040100;
    const __m128i apart = _mm_set_epi64x(kApart, kFirst);
    const __m128i low = _mm_shuffle_epi8(four(0), apart), high = _mm_shuffle_epi8(four(4), apart);
    _mm256_storeu_ps(first, _mm256_cvtph_ps(_mm_unpacklo_epi64(low, high)));
    _mm256_storeu_ps(second, _mm256_cvtph_ps(_mm_unpackhi_epi64(low, high)));
#else
    for (int64_t i = 0; i < 8; ++i) {
      const uint8_t* block = blocks + (i < count ? i : 0) * bytes;
      first[i] = half_at(block);
      second[i] = half_at(block + 2);
    }
#endif
  }
};

struct Q8_0 : Blocks32 {
  static constexpr int kBytes = 34;
  static U8x32 bytes(const uint8_t* row, int64_t g) {
    return load<U8x32>(row + g * kBytes + 2) ^ 0x80;
  }
  static void scales(const uint8_t* row, int64_t g, int64_t count, float* scale, float* offset) {
    scales_of<kBytes>(row + g * kBytes, count, scale, offset);
    for (int i = 0; i < 8; ++i) offset[i] = -128 * scale[i];
  }
};

struct Q4_0 : Blocks32 {
  static constexpr int kBytes = 18;
  static U8x32 bytes(const uint8_t* row, int64_t g) { return nibbles(row + g * kBytes + 2); }
  static void scales(const uint8_t* row, int64_t g, int64_t count, float* scale, float* offset) {
    scales_of<kBytes>(row + g * kBytes, count, scale, offset);
    for (int i = 0; i < 8; ++i) offset[i] = -8 * scale[i];
  }
};

struct Q4_1 : Blocks32 {
  static constexpr int kBytes = 20;
  static U8x32 bytes(const uint8_t* row, int64_t g) { return nibbles(row + g * kBytes + 4); }
  static void scales(const uint8_t* row, int64_t g, int64_t count, float* scale, float* offset) {
    scales_of<kBytes>(row + g * kBytes, count, scale, offset);
  }
};

struct Q5_0 : Blocks32 {
  static constexpr int kBytes = 22;
  static U8x32 bytes(const uint8_t* row, int64_t g) {
    const uint8_t* b = row + g * kBytes;
    return nibbles(b + 6) | fifth_bits(b + 2);
  }
  static void scales(const uint8_t* row, int64_t g, int64_t count, float* scale, float* offset) {
    scales_of<kBytes>(row + g * kBytes, count, scale, offset);
    for (int i = 0; i < 8; ++i) offset[i] = -16 * scale[i];
  }
};

struct Q5_1 : Blocks32 {
  static constexpr int kBytes = 24;
  static U8x32 bytes(const uint8_t* row, int64_t g) {
    const uint8_t* b = row + g * kBytes;
    return nibbles(b + 8) | fifth_bits(b + 4);
  }
  static void scales(const uint8_t* row, int64_t g, int64_t count, float* scale, float* offset) {
    scales_of<kBytes>(row + g * kBytes, count, scale, offset);
  }
};

/// Numbers of four bits are places in a table.
struct IQ4_NL : Blocks32 {
  static constexpr int kBytes = 18;
  /// 128 more than -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  static constexpr U8x16 kTable = {1,   24,  45,  63,  79,  93,  106, 118,
                                   129, 141, 153, 166, 181, 197, 217, 241};
  static U8x32 bytes(const uint8_t* row, int64_t g) {
    const U8x32 places = nibbles(row + g * kBytes + 2);
#if defined(__AVX2__)
    return (U8x32)_mm256_shuffle_epi8((__m256i)joined(kTable, kTable), (__m256i)places);
#else
    U8x32 values;
    for (int i = 0; i < 32; ++i) values[i] = kTable[places[i]];
    return values;
#endif
  }
  static void scales(const uint8_t* row, int64_t g, int64_t count, float* scale, float* offset) {
    scales_of<kBytes>(row + g * kBytes, count, scale, offset);
    for (int i = 0; i < 8; ++i) offset[i] = -128 * scale[i];
  }
};

/// n bytes times a number.
template <class T>
inline void scaled(const T* bytes, int n, float by, float* out) {
  for (int i = 0; i < n; ++i) out[i] = by * static_cast<float>(bytes[i]);
}

/// 256 numbers in eight groups, each with a scale and a minimum of six bits in twelve bytes.
struct SixBitScales : Blocks32 {
  static constexpr int kElements = 256;
  static void scales_of(const uint8_t* block, float* scale, float* offset) {
    uint32_t a, b, c;
    std::memcpy(&a, block + 4, 4);
    std::memcpy(&b, block + 8, 4);
    std::memcpy(&c, block + 12, 4);
    constexpr uint32_t six = 0x3f3f3f3f, four = 0x0f0f0f0f, top = 0x30303030;
    const uint32_t scales[2] = {a & six, (c & four) | (a >> 2 & top)};
    const uint32_t minima[2] = {b & six, (c >> 4 & four) | (b >> 2 & top)};
    uint8_t bytes[8];
    std::memcpy(bytes, scales, 8);
    scaled(bytes, 8, half_at(block), scale);
    std::memcpy(bytes, minima, 8);
    scaled(bytes, 8, -half_at(block + 2), offset);
  }
  /// Group i of 128 bytes: the lower or upper halves of 32 of them.
  static U8x32 half_bytes(const uint8_t* q, int64_t i) {
    const U8x32 v = load<U8x32>(q + i / 2 * 32);
    return i % 2 ? v >> 4 : v & 15;
  }
};

struct Q4_K : SixBitScales {
  static constexpr int kBytes = 144;
  static U8x32 bytes(const uint8_t* row, int64_t g) {
    return half_bytes(row + g / 8 * kBytes + 16, g % 8);
  }
  static void scales(const uint8_t* row, int64_t g, int64_t, float* scale, float* offset) {
    scales_of(row + g / 8 * kBytes, scale, offset);
  }
};

struct Q5_K : SixBitScales {
  static constexpr int kBytes = 176;
  static U8x32 bytes(const uint8_t* row, int64_t g) {
    const uint8_t* block = row + g / 8 * kBytes;
    const U8x32 high = load<U8x32>(block + 16) >> static_cast<uint8_t>(g % 8);
    return half_bytes(block + 48, g % 8) | (high & 1) << 4;
  }
  static void scales(const uint8_t* row, int64_t g, int64_t, float* scale, float* offset) {
    scales_of(row + g / 8 * kBytes, scale, offset);
  }
};

/// 256 numbers, each 16 with a scale of eight bits.
struct Q6_K : Blocks32 {
  static constexpr int kElements = 256, kBytes = 210;
  static constexpr bool kHalves = true;
  static U8x32 bytes(const uint8_t* row, int64_t g) {
    const uint8_t* block = row + g / 8 * kBytes;
    const int64_t half = g % 8 / 4, i = g % 4;
    const U8x32 v = load<U8x32>(block + half * 64 + i % 2 * 32);
    const U8x32 high = load<U8x32>(block + 128 + half * 32) >> static_cast<uint8_t>(2 * i);
    return (i < 2 ? v & 15 : v >> 4) | (high & 3) << 4;
  }
  static void scales(const uint8_t* row, int64_t g, int64_t, float* scale, float* offset) {
    const uint8_t* block = row + g / 8 * kBytes;
    int8_t bytes[16];
    std::memcpy(bytes, block + 192, 16);
    scaled(bytes, 16, half_at(block + 208), scale);
    for (int i = 0; i < 16; ++i) offset[i] = -32 * scale[i];
  }
};

}  // namespace
}  // namespace hearth::cpu::HEARTH_ISA
