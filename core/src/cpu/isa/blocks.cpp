// SPDX-License-Identifier: Apache-2.0
#include "cpu/block_kernels.h"
#include "cpu/isa/block_formats.h"
#include "cpu/isa/row.h"

namespace hearth::cpu::HEARTH_ISA {

namespace {

typedef int8_t S8x8 __attribute__((vector_size(8)));
typedef int8_t S8x32 __attribute__((vector_size(32)));
typedef int32_t S32x8 __attribute__((vector_size(32)));
typedef float F32x8 __attribute__((vector_size(32)));

using Floats = Vector<float>;
constexpr int kParts = 32 / kLanes<float>;  // of a group

/// A part of a group's bytes as floats.
inline Floats widened(U8x32 v, int part) {
#if defined(__AVX2__)
  const __m256i all = (__m256i)v;
  const bool upper = part * kLanes<float> >= 16;
  __m128i half = upper ? _mm256_extracti128_si256(all, 1) : _mm256_castsi256_si128(all);
#if defined(__AVX512F__)
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(half));
#else
  if (part % 2) half = _mm_unpackhi_epi64(half, half);
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(half));
#endif
#else
  Floats f;
  for (int i = 0; i < kLanes<float>; ++i) f[i] = v[part * kLanes<float> + i];
  return f;
#endif
}

/// Calls f(g, i, numbers) for part i of each group g of a row's n numbers.
template <class Format, class F>
inline void for_parts(const uint8_t* row, int64_t n, const F& f) {
  const int64_t groups = n / 32;
  for (int64_t first = 0; first < groups; first += 8) {
    const int64_t count = groups - first < 8 ? groups - first : 8;
    float scale[16], offset[16];
    Format::scales(row, first, count, scale, offset);
    for (int64_t g = 0; g < count; ++g) {
      const U8x32 bytes = Format::bytes(row, first + g);
      for (int i = 0; i < kParts; ++i) {
        const int64_t at = Format::kHalves ? 2 * g + i * kLanes<float> / 16 : g;
        f(first + g, i, fma(widened(bytes, i), scale[at] - Floats{}, offset[at] - Floats{}));
      }
    }
  }
}

template <class Format>
void dequantize(const uint8_t* blocks, int64_t n, float* out) {
  for_parts<Format>(blocks, n, [&](int64_t g, int i, const Floats& numbers) {
    store(out + g * 32 + i * kLanes<float>, numbers);
  });
}

template <class Format>
void times(const uint8_t* weights, int64_t row_bytes, int64_t rows, const float* x, int64_t n,
           float* out) {
  for (int64_t r = 0; r < rows; ++r) {
    Floats sums[kParts] = {};
    for_parts<Format>(weights + r * row_bytes, n, [&](int64_t g, int i, const Floats& numbers) {
      sums[i] = fma(numbers, load<Floats>(x + g * 32 + i * kLanes<float>), sums[i]);
    });
    Floats sum = sums[0];
    for (int i = 1; i < kParts; ++i) sum += sums[i];
    out[r] = lanes_sum<float>(sum);
  }
}

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

// Ways to multiply 32 bytes by 32 rounded numbers: lane k has those of numbers 4 k to 4 k + 3 added
// up, or, of wide bytes, of any four.

struct PlainDot {
  template <bool kWide>
  static S32x8 part(U8x32 w, S8x32 x) {
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
  template <bool kWide>
  static S32x8 run(U8x32 w, S8x32 high, S8x32 low) {
    return (part<kWide>(w, high) << 8) + part<kWide>(w, low);
  }
};

#if defined(__AVX512VL__)
#define HEARTH_BLOCKS_VNNI 1
/// Processors of this level may have one instruction for it, which the level does not include: so
/// it is spelled out, and asked for at run time.
struct VnniDot {
  template <bool>
  static S32x8 run(U8x32 w, S8x32 high, S8x32 low) {
    S32x8 sums = {};
    asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(w), "vm"(high));
    sums <<= 8;
    asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(w), "vm"(low));
    return sums;
  }
};
#endif

/// Starts to read what comes some groups after group g: processors don't look far enough ahead.
template <class Format>
inline void prefetch_ahead(const uint8_t* row, int64_t g) {
  constexpr int64_t kAhead = 2048, kLine = 64, kBytes = 256 / Format::kElements * Format::kBytes;
  const uint8_t* at = row + g / 8 * kBytes + kAhead;
  for (int64_t i = 0; i < kBytes; i += kLine) __builtin_prefetch(at + i);
}

/// kRows rows of x from `first` on, times one row of weights.
template <class Format, class Dot, int kRows>
inline void times_row(const uint8_t* row, const RoundedRows& x, int64_t first, float* out,
                      int64_t out_stride) {
  constexpr int kScales = Format::kHalves ? 2 : 1;
  const int64_t groups = x.n / 32;
  const float* sums_of = kScales == 2 ? x.sums16 : x.sums32;
  // Two sums, for one waits for the sum before.
  F32x8 even[kRows] = {}, odd[kRows] = {}, rest[kRows] = {};
  float last[kRows] = {};
  float scale[16], offset[16], by[kRows][16];
  const auto add = [&](int64_t g, int64_t i, F32x8* to) {
    const U8x32 bytes = Format::bytes(row, g + i);
    for (int r = 0; r < kRows; ++r) {
      const int64_t at = (first + r) * x.n + (g + i) * 32;
      const F32x8 products =
          __builtin_convertvector(Dot::template run<Format::kWide>(bytes, load<S8x32>(x.high + at),
                                                                   load<S8x32>(x.low + at)),
                                  F32x8);
      F32x8 factor;
      if constexpr (kScales == 2) {
        const float a = by[r][2 * i], b = by[r][2 * i + 1];
        factor = F32x8{a, a, a, a, b, b, b, b};
      } else {
        factor = by[r][i] - F32x8{};
      }
      to[r] = fma8(products, factor, to[r]);
    }
  };
  int64_t g = 0;
  for (; g + 8 <= groups; g += 8) {
    if constexpr (kRows == 1) prefetch_ahead<Format>(row, g);
    Format::scales(row, g, 8, scale, offset);
    for (int r = 0; r < kRows; ++r) {
      const int64_t at = (first + r) * groups + g;
      F32x8 of_x = load<F32x8>(x.scales + at);
      if constexpr (kScales == 2) {
        store(by[r] + 8,
              load<F32x8>(scale + 8) * __builtin_shufflevector(of_x, of_x, 4, 4, 5, 5, 6, 6, 7, 7));
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
      const int64_t at = (first + r) * groups + g;
      for (int64_t i = 0; i < (groups - g) * kScales; ++i) {
        by[r][i] = scale[i] * x.scales[at + i / kScales];
        last[r] += offset[i] * sums_of[kScales * at + i];
      }
    }
    for (int64_t i = 0; i < groups - g; ++i) add(g, i, even);
  }
  for (int r = 0; r < kRows; ++r)
    out[(first + r) * out_stride] = sum8((even[r] + odd[r]) + rest[r]) + last[r];
}

template <class Format, class Dot>
void times_rounded(const uint8_t* weights, int64_t row_bytes, int64_t rows, const RoundedRows& x,
                   float* out, int64_t out_stride) {
  constexpr int kTile = 4;
  int64_t i = 0;
  for (; i + kTile <= x.rows; i += kTile)
    for (int64_t r = 0; r < rows; ++r)
      times_row<Format, Dot, kTile>(weights + r * row_bytes, x, i, out + r, out_stride);
  for (; i < x.rows; ++i)
    for (int64_t r = 0; r < rows; ++r)
      times_row<Format, Dot, 1>(weights + r * row_bytes, x, i, out + r, out_stride);
}

void round(const float* x, int64_t n, int8_t* high, int8_t* low, float* scales, float* sums32,
           float* sums16) {
  for (int64_t g = 0; g < n / 32; ++g, x += 32, high += 32, low += 32) {
    F32x8 most = {}, finite = {};
    for (int i = 0; i < 32; i += 8) {
      const F32x8 v = load<F32x8>(x + i), a = v < 0 ? -v : v;
      most = a > most ? a : most;
      finite += 0 * v;  // NaN otherwise
    }
    float largest = most[0];
    for (int i = 1; i < 8; ++i) largest = most[i] > largest ? most[i] : largest;
    const float poison = sum8(finite), scale = largest / (127 * 256) + poison;
    // Smaller ones have no reciprocal; these numbers count as zeros.
    const float by = scale >= 1e-37f ? 1 / scale : 0;
    S32x8 parts[2] = {};
    for (int i = 0; i < 32; i += 8) {
      constexpr float kShift = 0x1.8p23f;  // adding it rounds to even
      F32x8 v = (load<F32x8>(x + i) * by + kShift) - kShift;
      if (poison != 0) v = F32x8{};
      const S32x8 number = __builtin_convertvector(v, S32x8), upper = (number + 128) >> 8;
      store(high + i, __builtin_convertvector(upper, S8x8));
      store(low + i, __builtin_convertvector(number - (upper << 8), S8x8));
      parts[i / 16] += number;
    }
    int halves[2] = {0, 0};
    for (int i = 0; i < 8; ++i) {
      halves[0] += parts[0][i];
      halves[1] += parts[1][i];
    }
    scales[g] = scale;
    sums16[2 * g] = scale * static_cast<float>(halves[0]);
    sums16[2 * g + 1] = scale * static_cast<float>(halves[1]);
    sums32[g] = scale * static_cast<float>(halves[0] + halves[1]);
  }
}

}  // namespace

const BlockKernels& block_kernels() {
#define HEARTH_FORMATS(f, ...)                                                              \
  {                                                                                         \
    f<Q8_0 __VA_ARGS__>, f<Q4_0 __VA_ARGS__>, f<Q4_1 __VA_ARGS__>, f<Q5_0 __VA_ARGS__>,     \
        f<Q5_1 __VA_ARGS__>, f<Q4_K __VA_ARGS__>, f<Q5_K __VA_ARGS__>, f<Q6_K __VA_ARGS__>, \
        f<IQ4_NL __VA_ARGS__>                                                               \
  }
  static constexpr BlockKernels table{HEARTH_FORMATS(dequantize), HEARTH_FORMATS(times),
                                      HEARTH_FORMATS(times_rounded, , PlainDot), round};
#if HEARTH_BLOCKS_VNNI
  static constexpr BlockKernels with_vnni{HEARTH_FORMATS(dequantize), HEARTH_FORMATS(times),
                                          HEARTH_FORMATS(times_rounded, , VnniDot), round};
  if (__builtin_cpu_supports("avx512vnni")) return with_vnni;
#endif
#undef HEARTH_FORMATS
  return table;
}

}  // namespace hearth::cpu::HEARTH_ISA
