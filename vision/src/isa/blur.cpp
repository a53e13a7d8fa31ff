// SPDX-License-Identifier: Apache-2.0
#include "transforms/blur_kernels.h"

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

void weigh(const float* const* lines, const float* weights, int64_t count, int64_t n,
           float* __restrict out) {
  constexpr int64_t kBlock = 64;  // sums that stay in registers
  int64_t at = 0;
  for (; at + kBlock <= n; at += kBlock) {
    float sum[kBlock] = {};
    for (int64_t k = 0; k < count; ++k) {
      const float* line = lines[k] + at;
      const float w = weights[k];
      for (int64_t i = 0; i < kBlock; ++i) sum[i] = __builtin_fmaf(w, line[i], sum[i]);
    }
    for (int64_t i = 0; i < kBlock; ++i) out[at + i] = sum[i];
  }
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
