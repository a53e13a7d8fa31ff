// SPDX-License-Identifier: Apache-2.0
// Rounded numbers times quantized blocks on any processor: a group of 32 at a time, numbers in
// order.
#pragma once

#include "cpu/block_kernels.h"
#include "cpu/isa/block_formats.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

typedef int8_t S8x8 __attribute__((vector_size(8)));
typedef int8_t S8x32 __attribute__((vector_size(32)));
typedef int32_t S32x8 __attribute__((vector_size(32)));
typedef float F32x8 __attribute__((vector_size(32)));

inline F32x8 fma8(F32x8 a, F32x8 b, F32x8 c) {
#if defined(__FMA__)
  return _mm256_fmadd_ps(a, b, c);
#else
  return a * b + c;
#endif
}
inline float sum8(F32x8 v) {
  const Quad<float> q =
      __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
  return (q[0] + q[2]) + (q[1] + q[3]);
}

/// Lane k has the products of bytes 4 k to 4 k + 3 added up, or, of wide bytes, of any four.
template <bool kWide>
inline S32x8 products(U8x32 w, S8x32 x) {
#if defined(__AVX2__)
  const __m256i a = (__m256i)w, b = (__m256i)x;
  if constexpr (kWide) {
    const __m256i low = _mm256_madd_epi16(_mm256_cvtepu8_epi16(_mm256_castsi256_si128(a)),
                                          _mm256_cvtepi8_epi16(_mm256_castsi256_si128(b)));
    const __m256i high = _mm256_madd_epi16(_mm256_cvtepu8_epi16(_mm256_extracti128_si256(a, 1)),
                                           _mm256_cvtepi8_epi16(_mm256_extracti128_si256(b, 1)));
    return (S32x8)low + (S32x8)high;
  } else {
    return (S32x8)_mm256_madd_epi16(_mm256_maddubs_epi16(a, b), _mm256_set1_epi16(1));
  }
#else
  S32x8 sums = {};
  for (int i = 0; i < 32; ++i) sums[i / 4] += w[i] * x[i];
  return sums;
#endif
}

struct InOrder {
  /// Where number i of group g lies.
  static int64_t place(int64_t g, int64_t i) { return g * 32 + i; }

  template <class Format>
  static void multiply(const uint8_t* weights, int64_t row_bytes, int64_t rows,
                       const RoundedRows& x, float* out, int64_t out_stride) {
    constexpr int kTile = 4;
    int64_t i = 0;
    for (; i + kTile <= x.rows; i += kTile)
      for (int64_t r = 0; r < rows; ++r)
        times_row<Format, kTile>(weights + r * row_bytes, x, i, out + r, out_stride);
    for (; i < x.rows; ++i)
      for (int64_t r = 0; r < rows; ++r)
        times_row<Format, 1>(weights + r * row_bytes, x, i, out + r, out_stride);
  }

 private:
  /// kRows rows of x from `first` on, times one row of weights.
  template <class Format, int kRows>
  static void times_row(const uint8_t* row, const RoundedRows& x, int64_t first, float* out,
                        int64_t out_stride) {
    constexpr int kScales = Format::kHalves ? 2 : 1;
    const int64_t groups = x.n / 32;
    const float* sums_of = kScales == 2 ? x.first.sums16 : x.first.sums32;
    // Two sums, for one waits for the sum before.
    F32x8 even[kRows] = {}, odd[kRows] = {}, rest[kRows] = {};
    float last[kRows] = {};
    float scale[16], offset[16], by[kRows][16];
    const auto add = [&](int64_t g, int64_t i, F32x8* to) {
      const U8x32 bytes = Format::bytes(row, g + i);
      for (int r = 0; r < kRows; ++r) {
        const int64_t at = ((first + r) * x.groups + g + i) * 32;
        const S32x8 sums = (products<Format::kWide>(bytes, load<S8x32>(x.first.high + at)) << 8) +
                           products<Format::kWide>(bytes, load<S8x32>(x.first.low + at));
        F32x8 factor;
        if constexpr (kScales == 2) {
          const float a = by[r][2 * i], b = by[r][2 * i + 1];
          factor = F32x8{a, a, a, a, b, b, b, b};
        } else {
          factor = by[r][i] - F32x8{};
        }
        to[r] = fma8(__builtin_convertvector(sums, F32x8), factor, to[r]);
      }
    };
    int64_t g = 0;
    for (; g + 8 <= groups; g += 8) {
      if constexpr (kRows == 1) prefetch_ahead<Format>(row, g);
      Format::scales(row, g, 8, scale, offset);
      for (int r = 0; r < kRows; ++r) {
        const int64_t at = (first + r) * x.groups + g;
        F32x8 of_x = load<F32x8>(x.first.scales + at);
        if constexpr (kScales == 2) {
          store(by[r] + 8, load<F32x8>(scale + 8) *
                               __builtin_shufflevector(of_x, of_x, 4, 4, 5, 5, 6, 6, 7, 7));
          rest[r] += load<F32x8>(offset + 8) * load<F32x8>(sums_of + 2 * at + 8);
          of_x = __builtin_shufflevector(of_x, of_x, 0, 0, 1, 1, 2, 2, 3, 3);
        }
        store(by[r], load<F32x8>(scale) * of_x);
        rest[r] += load<F32x8>(offset) * load<F32x8>(sums_of + kScales * at);
      }
      for (int64_t i = 0; i < 8; i += 2) {
        add(g, i, even);
        add(g, i + 1, odd);
      }
    }
    if (g < groups) {
      Format::scales(row, g, groups - g, scale, offset);
      for (int r = 0; r < kRows; ++r) {
        const int64_t at = (first + r) * x.groups + g;
        for (int64_t i = 0; i < (groups - g) * kScales; ++i) {
          by[r][i] = scale[i] * x.first.scales[at + i / kScales];
          last[r] += offset[i] * sums_of[kScales * at + i];
        }
      }
      for (int64_t i = 0; i < groups - g; ++i) add(g, i, even);
    }
    for (int r = 0; r < kRows; ++r)
      out[(first + r) * out_stride] = sum8((even[r] + odd[r]) + rest[r]) + last[r];
  }
};

}  // namespace
}  // namespace hearth::cpu::HEARTH_ISA
