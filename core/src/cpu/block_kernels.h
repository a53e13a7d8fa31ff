// SPDX-License-Identifier: Apache-2.0
// Weights quantized in blocks: their numbers, and products with them, on one thread.
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// As many as BlockFormat has; kernels are in its order.
inline constexpr int kBlockFormats = 9;

/// Rows of numbers rounded to (256 high + low) times a scale for each 32. None is larger than 127 *
/// 256, so that both parts are int8.
struct RoundedRows {
  int64_t rows, n;  ///< [rows, n]; n is a multiple of 32
  const int8_t *high, *low;
  const float* scales;  ///< [rows, n / 32]
  /// What each 32 numbers, and each 16, add up to, scale included.
  const float *sums32, *sums16;
};

struct BlockKernels {
  /// n numbers, whole blocks.
  void (*dequantize[kBlockFormats])(const uint8_t* blocks, int64_t n, float* out);
  /// out[r] = row r of weights, which lie row_bytes apart, times x.
  void (*times[kBlockFormats])(const uint8_t* weights, int64_t row_bytes, int64_t rows,
                               const float* x, int64_t n, float* out);
  /// out[i * out_stride + r] = row r of weights times row i of x.
  void (*times_rounded[kBlockFormats])(const uint8_t* weights, int64_t row_bytes, int64_t rows,
                                       const RoundedRows& x, float* out, int64_t out_stride);
  /// One row of RoundedRows; what isn't finite makes its scale NaN.
  void (*round)(const float* x, int64_t n, int8_t* high, int8_t* low, float* scales, float* sums32,
                float* sums16);
};
HEARTH_DECLARE_ISA(const BlockKernels&, block_kernels)

}  // namespace hearth::cpu
