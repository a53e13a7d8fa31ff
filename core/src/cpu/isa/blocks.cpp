// SPDX-License-Identifier: Apache-2.0
#include "cpu/block_kernels.h"
#include "cpu/isa/block_formats.h"
#include "cpu/isa/block_lanes.h"
#include "cpu/isa/row.h"

namespace hearth::cpu::HEARTH_ISA {

namespace {

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

typedef float F32x8 __attribute__((vector_size(32)));

inline float sum8(F32x8 v) {
  const Quad<float> q =
      __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
  return (q[0] + q[2]) + (q[1] + q[3]);
}

template <class Way>
void round(const float* x, int64_t n, const RoundedRow& out) {
  for (int64_t g = 0; g < n / 32; ++g, x += 32) {
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
      const S32x8 numbers = __builtin_convertvector(v, S32x8);
      Way::put(out.numbers + g * 64, i, numbers);
      parts[i / 16] += numbers;
    }
    int halves[2] = {0, 0};
    for (int i = 0; i < 8; ++i) {
      halves[0] += parts[0][i];
      halves[1] += parts[1][i];
    }
    out.scales[g] = scale;
    out.sums16[2 * g] = scale * static_cast<float>(halves[0]);
    out.sums16[2 * g + 1] = scale * static_cast<float>(halves[1]);
    out.sums32[g] = scale * static_cast<float>(halves[0] + halves[1]);
  }
}

}  // namespace

const BlockKernels& block_kernels() {
#define HEARTH_FORMATS(f) \
  { f<Q8_0>, f<Q4_0>, f<Q4_1>, f<Q5_0>, f<Q5_1>, f<Q4_K>, f<Q5_K>, f<Q6_K>, f<IQ4_NL> }
  static constexpr BlockKernels table{HEARTH_FORMATS(dequantize), HEARTH_FORMATS(times),
                                      HEARTH_FORMATS(RoundedTimes<ByPairs>::multiply),
                                      round<ByPairs>};
#ifdef HEARTH_BLOCKS_BY_FOURS
  static constexpr BlockKernels fours{HEARTH_FORMATS(dequantize), HEARTH_FORMATS(times),
                                      HEARTH_FORMATS(RoundedTimes<ByFours>::multiply),
                                      round<ByFours>};
  if (__builtin_cpu_supports("avx512vnni")) return fours;
#endif
#undef HEARTH_FORMATS
  return table;
}

}  // namespace hearth::cpu::HEARTH_ISA
