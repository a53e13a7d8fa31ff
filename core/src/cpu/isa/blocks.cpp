// SPDX-License-Identifier: Apache-2.0
#include "cpu/block_kernels.h"
#include "cpu/isa/block_formats.h"

namespace hearth::cpu::HEARTH_ISA {

namespace {

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

/// Eight bytes of a group, from number 8 i on, as floats.
template <int i>
inline F32x8 eight(U8x32 v) {
  typedef uint8_t U8x8 __attribute__((vector_size(8)));
  const U8x8 b = __builtin_shufflevector(v, v, 8 * i, 8 * i + 1, 8 * i + 2, 8 * i + 3, 8 * i + 4,
                                         8 * i + 5, 8 * i + 6, 8 * i + 7);
  return __builtin_convertvector(__builtin_convertvector(b, S32x8), F32x8);
}

/// Calls f(i, values) for each eight numbers of a group; values lie from 8 i on.
template <class Format, class F>
inline void for_eights(const uint8_t* row, int64_t g, const F& f) {
  float scale[2], offset[2];
  Format::scales(row, g, scale, offset);
  const U8x32 bytes = Format::bytes(row, g);
  constexpr int second = Format::kHalves;
  const F32x8 s0 = scale[0] - F32x8{}, o0 = offset[0] - F32x8{};
  const F32x8 s1 = scale[second] - F32x8{}, o1 = offset[second] - F32x8{};
  f(0, fma8(eight<0>(bytes), s0, o0));
  f(1, fma8(eight<1>(bytes), s0, o0));
  f(2, fma8(eight<2>(bytes), s1, o1));
  f(3, fma8(eight<3>(bytes), s1, o1));
}

template <class Format>
void dequantize(const uint8_t* blocks, int64_t n, float* out) {
  for (int64_t g = 0; g < n / 32; ++g)
    for_eights<Format>(blocks, g,
                       [&](int i, F32x8 values) { store(out + g * 32 + i * 8, values); });
}

template <class Format>
void times(const uint8_t* weights, int64_t row_bytes, int64_t rows, const float* x, int64_t n,
           float* out) {
  for (int64_t r = 0; r < rows; ++r) {
    const uint8_t* row = weights + r * row_bytes;
    F32x8 sums[4] = {};
    for (int64_t g = 0; g < n / 32; ++g)
      for_eights<Format>(row, g, [&](int i, F32x8 values) {
        sums[i] = fma8(values, load<F32x8>(x + g * 32 + i * 8), sums[i]);
      });
    out[r] = sum8((sums[0] + sums[1]) + (sums[2] + sums[3]));
  }
}

/// Lane k: the products of numbers 4 k to 4 k + 3 added up, or with `kWide` of any four of the
/// group.
template <bool kWide>
inline S32x8 dot(U8x32 w, S8x32 x) {
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

template <class Format>
void times_rounded(const uint8_t* weights, int64_t row_bytes, int64_t rows, const RoundedRows& x,
                   float* out, int64_t out_stride) {
  const int64_t groups = x.n / 32;
  for (int64_t r = 0; r < rows; ++r) {
    const uint8_t* row = weights + r * row_bytes;
    for (int64_t i = 0; i < x.rows; ++i) {
      const int8_t* numbers = x.numbers + i * x.n;
      F32x8 sums = {};
      float rest = 0;
      for (int64_t g = 0; g < groups; ++g) {
        float scale[2], offset[2];
        Format::scales(row, g, scale, offset);
        const F32x8 products = __builtin_convertvector(
            dot<Format::kWide>(Format::bytes(row, g), load<S8x32>(numbers + g * 32)), F32x8);
        const float by = x.scales[i * groups + g];
        if constexpr (Format::kHalves) {
          const float a = scale[0] * by, b = scale[1] * by;
          sums = fma8(products, F32x8{a, a, a, a, b, b, b, b}, sums);
          const float* each = x.sums16 + 2 * (i * groups + g);
          rest += offset[0] * each[0] + offset[1] * each[1];
        } else {
          sums = fma8(products, scale[0] * by - F32x8{}, sums);
          rest += offset[0] * x.sums32[i * groups + g];
        }
      }
      out[i * out_stride + r] = sum8(sums) + rest;
    }
  }
}

void round(const float* x, int64_t n, int8_t* numbers, float* scales, float* sums32,
           float* sums16) {
  for (int64_t g = 0; g < n / 32; ++g, x += 32, numbers += 32) {
    float most = 0, finite = 0;
    for (int i = 0; i < 32; ++i) {
      const float a = x[i] < 0 ? -x[i] : x[i];
      most = a > most ? a : most;
      finite += 0 * x[i];  // NaN otherwise
    }
    const float scale = most / 127 + finite;
    // Smaller ones have no reciprocal; these numbers count as zeros.
    const float by = scale >= 1e-37f ? 1 / scale : 0;
    int halves[2] = {0, 0};
    for (int i = 0; i < 32; ++i) {
      constexpr float kShift = 0x1.8p23f;  // adding it rounds to even
      const float v = finite == 0 ? (x[i] * by + kShift) - kShift : 0;
      numbers[i] = static_cast<int8_t>(v);
      halves[i / 16] += numbers[i];
    }
    scales[g] = scale;
    sums16[2 * g] = scale * static_cast<float>(halves[0]);
    sums16[2 * g + 1] = scale * static_cast<float>(halves[1]);
    sums32[g] = scale * static_cast<float>(halves[0] + halves[1]);
  }
}

}  // namespace

const BlockKernels& block_kernels() {
#define HEARTH_FORMATS(f) \
  { f<Q8_0>, f<Q4_0>, f<Q4_1>, f<Q5_0>, f<Q5_1>, f<Q4_K>, f<Q5_K>, f<Q6_K>, f<IQ4_NL> }
  static constexpr BlockKernels table{HEARTH_FORMATS(dequantize), HEARTH_FORMATS(times),
                                      HEARTH_FORMATS(times_rounded), round};
#undef HEARTH_FORMATS
  return table;
}

}  // namespace hearth::cpu::HEARTH_ISA
