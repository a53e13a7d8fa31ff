// SPDX-License-Identifier: Apache-2.0
// Weights quantized in blocks: their numbers, and products with them, on one thread.
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// As many as BlockFormat has; kernels are in its order.
inline constexpr int kBlockFormats = 9;

/// A row of numbers rounded to (256 high + low) times a scale for each 32. None is larger than 127
/// * 256, so that both parts are int8. How these are ordered is the kernels' own affair.
struct RoundedRow {
  int8_t *high, *low;
  float* scales;  ///< of each 32
  /// What each 32 numbers, and each 16, add up to, scale included.
  float *sums32, *sums16;
};

/// Rows below each other. Each has room for `groups` 32s, a multiple of eight; what is behind n
/// numbers is zero.
struct RoundedRows {
  int64_t rows, n, groups;
  RoundedRow first;

  static int64_t groups_for(int64_t n) { return (n / 32 + 7) / 8 * 8; }
  RoundedRow row(int64_t i) const {
    return {first.high + i * groups * 32, first.low + i * groups * 32, first.scales + i * groups,
            first.sums32 + i * groups, first.sums16 + 2 * i * groups};
  }
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
  /// Rounds n numbers; what isn't finite makes its scale NaN.
  void (*round)(const float* x, int64_t n, const RoundedRow& out);
};
HEARTH_DECLARE_ISA(const BlockKernels&, block_kernels)

}  // namespace hearth::cpu
