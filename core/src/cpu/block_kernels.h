// SPDX-License-Identifier: Apache-2.0
// Weights quantized in blocks: their numbers, and products with them, on one thread.
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// As many as BlockFormat has; kernels are in its order.
inline constexpr int kBlockFormats = 9;

/// Rows of weights that are packed together (cpu/block_packing.h).
inline constexpr int kPackedRows = 16;

/// A row of numbers rounded to 16 bits times a scale for each 32. None is larger than 127 * 256, so
/// that they can be (256 high + low) of two int8. How these are ordered is the kernels' own affair.
struct RoundedRow {
  uint8_t* numbers;  ///< 64 bytes for 32 numbers
  float* scales;     ///< of each 32
  /// What each 32 numbers, and each 16, add up to, scale included.
  float *sums32, *sums16;
};

/// Rows of n numbers, whole groups of 32, below each other.
struct RoundedRows {
  int64_t rows, n;
  RoundedRow first;

  RoundedRow row(int64_t i) const {
    const int64_t at = i * (n / 32);
    return {first.numbers + at * 64, first.scales + at, first.sums32 + at, first.sums16 + 2 * at};
  }
};

struct BlockKernels {
  /// n numbers, whole blocks.
  void (*dequantize[kBlockFormats])(const uint8_t* blocks, int64_t n, float* out);
  /// out[r] = row r of weights, which lie row_bytes apart, times x.
  void (*times[kBlockFormats])(const uint8_t* weights, int64_t row_bytes, int64_t rows,
                               const float* x, int64_t n, float* out);
  /// out[i * out_stride + r] = row r of `count` packed tiles times row i of x.
  void (*times_rounded[kBlockFormats])(const uint8_t* tiles, int64_t count, const RoundedRows& x,
                                       float* out, int64_t out_stride);
  /// Rounds n numbers; what isn't finite makes its scale NaN.
  void (*round)(const float* x, int64_t n, const RoundedRow& out);
};
HEARTH_DECLARE_ISA(const BlockKernels&, block_kernels)

}  // namespace hearth::cpu
