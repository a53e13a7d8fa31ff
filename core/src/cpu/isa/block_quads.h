// SPDX-License-Identifier: Apache-2.0
// Rounded numbers times quantized blocks where bytes are multiplied and added by one instruction
// (AVX-512 VNNI): four groups of 32 at a time, whose first halves are one register and whose second
// halves another, so that the nibbles of a block need no shuffling. Numbers are rounded into the
// same order. The level that this is compiled for does not include the instruction: so it is
// spelled out, and asked for at run time.
#pragma once

#include "cpu/isa/block_in_order.h"
#include "cpu/isa/unrolled.h"

#if defined(__AVX512VL__)
#define HEARTH_BLOCK_QUADS 1

namespace hearth::cpu::HEARTH_ISA {
namespace {

typedef uint8_t U8x64 __attribute__((vector_size(64)));
typedef int8_t S8x64 __attribute__((vector_size(64)));
typedef int32_t S32x16 __attribute__((vector_size(64)));
typedef int64_t S64x4 __attribute__((vector_size(32)));
typedef float F32x16 __attribute__((vector_size(64)));

inline constexpr int64_t kQuad = 4;

/// The groups' first 16 bytes, and their last.
struct Halves {
  U8x64 first, second;
};

inline U8x64 joined(U8x32 low, U8x32 high) {
  const auto a = (S64x4)low, b = (S64x4)high;
  return (U8x64)__builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
}
/// Four times 16 bytes; of less, the last ones again.
template <class F>
inline U8x64 joined_lanes(int64_t count, const F& at) {
  const auto one = [&](int64_t i) { return at(i < count ? i : count - 1); };
  const auto two = [&](int64_t i) { return joined(one(i), one(i + 1)); };
  return joined(two(0), two(2));
}
/// 16 bytes of each block.
template <int stride>
inline U8x64 lanes_at(const uint8_t* p, int64_t count) {
  return joined_lanes(count, [&](int64_t i) { return load<U8x16>(p + i * stride); });
}

inline Halves apart(U8x64 nibbles) { return {nibbles & 15, nibbles >> 4}; }

/// `count` groups from g on, of up to four; behind them what the last one has, where x has zeros.
template <class Format>
inline Halves four_groups(const uint8_t* row, int64_t g, int64_t count) {
  const auto half = [&](int upper) {
    return joined_lanes(count, [&](int64_t i) {
      const auto bytes = (S64x4)Format::bytes(row, g + i);
      return upper ? (U8x16)__builtin_shufflevector(bytes, bytes, 2, 3)
                   : (U8x16)__builtin_shufflevector(bytes, bytes, 0, 1);
    });
  };
  return {half(0), half(1)};
}
template <>
inline Halves four_groups<Q4_0>(const uint8_t* row, int64_t g, int64_t count) {
  return apart(lanes_at<Q4_0::kBytes>(row + g * Q4_0::kBytes + 2, count));
}
template <>
inline Halves four_groups<Q4_1>(const uint8_t* row, int64_t g, int64_t count) {
  return apart(lanes_at<Q4_1::kBytes>(row + g * Q4_1::kBytes + 4, count));
}

/// Lane k has what bytes 4 k to 4 k + 3 add up to.
inline S32x16 add_products(S32x16 sums, U8x64 w, S8x64 x) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(w), "vm"(x));
  return sums;
}
/// Sums of four products each of 16-bit numbers, which lie at high and low.
inline S32x16 products(U8x64 w, const int8_t* high, const int8_t* low) {
  return add_products(add_products(S32x16{}, w, load<S8x64>(high)) << 8, w, load<S8x64>(low));
}
/// Both halves' at once.
inline S32x16 products(const Halves& w, const int8_t* high, const int8_t* low) {
  const S32x16 upper = add_products(add_products(S32x16{}, w.first, load<S8x64>(high)), w.second,
                                    load<S8x64>(high + 64));
  return add_products(add_products(upper << 8, w.first, load<S8x64>(low)), w.second,
                      load<S8x64>(low + 64));
}

inline F32x16 as_floats(S32x16 v) { return __builtin_convertvector(v, F32x16); }
/// What the lanes of each of four add up to.
inline Quad<float> sums16(const F32x16* v) {
  const auto pairs = [](F32x16 a, F32x16 b) {  // [a0 + a2, b0 + b2, a1 + a3, b1 + b3] of each lane
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29) +
           __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15,
                                   31);
  };
  const F32x16 a = pairs(v[0], v[1]), b = pairs(v[2], v[3]);
  const F32x16 lanes =
      __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
      __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  const F32x8 two = __builtin_shufflevector(lanes, lanes, 0, 1, 2, 3, 4, 5, 6, 7) +
                    __builtin_shufflevector(lanes, lanes, 8, 9, 10, 11, 12, 13, 14, 15);
  return __builtin_shufflevector(two, two, 0, 1, 2, 3) +
         __builtin_shufflevector(two, two, 4, 5, 6, 7);
}
inline F32x16 fma16(F32x16 a, F32x16 b, F32x16 c) { return _mm512_fmadd_ps(a, b, c); }
/// Element `from[k]` of eight or 16 for each four lanes k.
inline F32x16 spread(F32x16 v, int a, int b, int c, int d) {
  const S32x16 places = {a, a, a, a, b, b, b, b, c, c, c, c, d, d, d, d};
  return _mm512_maskz_permutexvar_ps(0xffff, (__m512i)places, v);
}

struct InQuads {
  /// Where number i of group g lies.
  static int64_t place(int64_t g, int64_t i) {
    return g / kQuad * kQuad * 32 + i / 16 * 64 + g % kQuad * 16 + i % 16;
  }

  template <class Format>
  static void multiply(const uint8_t* weights, int64_t row_bytes, int64_t rows,
                       const RoundedRows& x, float* out, int64_t out_stride) {
    int64_t i = 0;
    for (; i + 4 <= x.rows; i += 4)
      for (int64_t r = 0; r < rows; ++r)
        tile<Format, 1, 4>(weights + r * row_bytes, row_bytes, x, i, out + i * out_stride + r,
                           out_stride);
    for (; i < x.rows; ++i) {
      int64_t r = 0;
      for (; r + 4 <= rows; r += 4)
        tile<Format, 4, 1>(weights + r * row_bytes, row_bytes, x, i, out + i * out_stride + r, 1);
      for (; r < rows; ++r)
        tile<Format, 1, 1>(weights + r * row_bytes, row_bytes, x, i, out + i * out_stride + r, 1);
    }
  }

 private:
  /// kWeights rows of weights times kRows rows of x from `first` on; one of both is 1.
  /// Flat, since what is not inlined keeps its sums in memory.
  template <class Format, int kWeights, int kRows>
  [[gnu::flatten]] static void tile(const uint8_t* weights, int64_t row_bytes, const RoundedRows& x,
                                    int64_t first, float* out, int64_t out_stride) {
    const int64_t groups = x.n / 32;
    F32x16 sums[4] = {};
    int64_t g = 0;
    for (; g + 8 <= groups; g += 8)
      unrolled<kWeights>([&](auto w) {
        const uint8_t* row = weights + w * row_bytes;
        if constexpr (kRows == 1) prefetch_ahead<Format>(row, g);
        add_groups<Format, kRows>(row, g, 8, x, first, sums + w);
      });
    if (g < groups)
      unrolled<kWeights>([&](auto w) {
        add_groups<Format, kRows>(weights + w * row_bytes, g, groups - g, x, first, sums + w);
      });
    constexpr int kSums = kWeights * kRows;
    const Quad<float> all = sums16(sums);  // in the same order, however many are wanted
    for (int i = 0; i < kSums; ++i) out[i * out_stride] = all[i];
  }

  /// Up to eight groups from g on.
  template <class Format, int kRows>
  static inline void add_groups(const uint8_t* row, int64_t g, int64_t count, const RoundedRows& x,
                                int64_t first, F32x16* sums) {
    F32x16 scale, offset, by[kRows];
    scales<Format>(row, g, count, scale, offset);
    unrolled<kRows>([&](auto r) {
      const int64_t at = (first + r) * x.groups + g;
      F32x16 of_x = eight(x.first.scales + at);
      if constexpr (Format::kHalves) {
        of_x = __builtin_shufflevector(of_x, of_x, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
        sums[r] = fma16(offset, load<F32x16>(x.first.sums16 + 2 * at), sums[r]);
      } else {
        sums[r] = fma16(offset, eight(x.first.sums32 + at), sums[r]);
      }
      by[r] = scale * of_x;
    });
    unrolled<2>([&](auto quad) {
      const int64_t left = count - quad * kQuad;
      if (left <= 0) return;
      const Halves w = four_groups<Format>(row, g + quad * kQuad, left);
      unrolled<kRows>([&](auto r) {
        const int64_t at = ((first + r) * x.groups + g + quad * kQuad) * 32;
        const int8_t *high = x.first.high + at, *low = x.first.low + at;
        if constexpr (Format::kHalves) {
          const int i = quad * 8;
          sums[r] = fma16(as_floats(products(w.first, high, low)),
                          spread(by[r], i, i + 2, i + 4, i + 6), sums[r]);
          sums[r] = fma16(as_floats(products(w.second, high + 64, low + 64)),
                          spread(by[r], i + 1, i + 3, i + 5, i + 7), sums[r]);
        } else {
          const int i = quad * 4;
          sums[r] = fma16(as_floats(products(w, high, low)), spread(by[r], i, i + 1, i + 2, i + 3),
                          sums[r]);
        }
      });
    });
  }

  /// Eight floats, and as many zeros.
  static F32x16 eight(const float* p) {
    return __builtin_shufflevector(load<F32x8>(p), F32x8{}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
                                   12, 13, 14, 15);
  }

  /// Format's; zeros behind `count` groups.
  template <class Format>
  static inline void scales(const uint8_t* row, int64_t g, int64_t count, F32x16& scale,
                            F32x16& offset) {
    float scales[16], offsets[16];
    Format::scales(row, g, count, scales, offsets);
    if constexpr (Format::kHalves) {
      scale = load<F32x16>(scales);
      offset = load<F32x16>(offsets);
    } else {
      const auto there = static_cast<__mmask16>((1u << count) - 1);
      scale = _mm512_maskz_mov_ps(there, eight(scales));
      offset = _mm512_maskz_mov_ps(there, eight(offsets));
    }
  }
};

}  // namespace
}  // namespace hearth::cpu::HEARTH_ISA

#endif
