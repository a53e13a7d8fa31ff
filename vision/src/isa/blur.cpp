// SPDX-License-Identifier: Apache-2.0
#include "transforms/blur_kernels.h"

#if defined(__FMA__)
#include <immintrin.h>
#endif

namespace hearth::vision {
namespace HEARTH_ISA {
namespace {

void widen(const uint8_t* in, int64_t n, float* __restrict out) {
  for (int64_t i = 0; i < n; ++i) out[i] = in[i];
}

void round(const float* in, int64_t n, uint8_t* __restrict out) {
  // Adding 1.5 * 2^23 rounds to whole numbers, half to even.
  for (int64_t i = 0; i < n; ++i)
    out[i] = static_cast<uint8_t>(static_cast<int32_t>(in[i] + 12582912.0f - 12582912.0f));
}

#if defined(__AVX512F__)
typedef float Floats __attribute__((vector_size(64)));
inline Floats fma(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
#elif defined(__FMA__)
typedef float Floats __attribute__((vector_size(32)));
inline Floats fma(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
#else
typedef float Floats __attribute__((vector_size(16)));
inline Floats fma(Floats a, Floats b, Floats c) { return a * b + c; }
#endif
constexpr int64_t kLanes = sizeof(Floats) / sizeof(float);

/// kWidth registers of sums side by side.
template <int kWidth>
inline void weigh_at(const float* const* lines, const float* weights, int64_t count, int64_t at,
                     float* out) {
  Floats sums[kWidth] = {};
  for (int64_t k = 0; k < count; ++k) {
    const Floats w = Floats{} + weights[k];
    for (int v = 0; v < kWidth; ++v) {
      Floats x;
      __builtin_memcpy(&x, lines[k] + at + v * kLanes, sizeof x);
      sums[v] = fma(w, x, sums[v]);
    }
  }
  __builtin_memcpy(out + at, sums, sizeof sums);
}

void weigh(const float* const* lines, const float* weights, int64_t count, int64_t n, float* out) {
  int64_t at = 0;
  for (; at + 4 * kLanes <= n; at += 4 * kLanes) weigh_at<4>(lines, weights, count, at, out);
  for (; at + kLanes <= n; at += kLanes) weigh_at<1>(lines, weights, count, at, out);
  for (; at < n; ++at) {
    float sum = 0;
    for (int64_t k = 0; k < count; ++k) sum = __builtin_fmaf(weights[k], lines[k][at], sum);
    out[at] = sum;
  }
}

void sharpen(const uint8_t* above, const uint8_t* line, const uint8_t* below, int64_t n,
             int64_t step, float amount, uint8_t* __restrict out) {
  for (int64_t i = step; i < n - step; ++i) {
    const int32_t around = above[i - step] + above[i] + above[i + step] + line[i - step] +
                           line[i + step] + below[i - step] + below[i] + below[i + step];
    const int32_t smooth =
        (2 * (around + 5 * line[i]) + 13) / 26;  // the nearest; there are no ties
    float x = __builtin_fmaf(static_cast<float>(smooth - line[i]), amount, line[i]);
    x = x < 0 ? 0 : x;
    x = x > 255 ? 255 : x;
    out[i] = static_cast<uint8_t>(static_cast<int32_t>(x));
  }
}

}  // namespace

const BlurKernels& blur_kernels() {
  static constexpr BlurKernels all{widen, round, weigh, sharpen};
  return all;
}

}  // namespace HEARTH_ISA
}  // namespace hearth::vision
