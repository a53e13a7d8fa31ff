// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// A tile of a convolution: some pixels of the result by ConvDirectKernels::cols channels.
struct ConvTile {
  int64_t taps, depth;       ///< summed over, depth being channels of the source
  const float* const* rows;  ///< [taps][ConvDirectKernels::kRows]: the source's pixels
  int64_t first;             ///< the first channel of those
  const float* weights;      ///< [taps][depth][cols]
  int64_t weights_tap;       ///< elements between taps
  int count, cols;           ///< pixels and channels to write
  float* const* results;     ///< the pixels of the result
  int64_t result_first;      ///< the first channel of those
  bool accumulate;           ///< added to what is there
  const float* bias;         ///< [cols], or null
};

/// Convolutions of channels-last images that read each pixel by an address of its own: no
/// unfolding, and a pixel in the padding is a row of zeros. One table per instruction-set level.
struct ConvDirectKernels {
  static constexpr int kRows = 6;  ///< of pixels (or filters) in a register tile
  int cols;                        ///< channels in a register tile

  void (*tile)(const ConvTile& tile);
  /// dst [n][cols] = `count` <= cols channels of n pixels, zeros behind them.
  void (*gather)(int64_t n, const float* const* pixels, int64_t first, int count, float* dst);
  /// sums [filters][cols] += gy [n][filters] transposed, times x [n][cols].
  void (*weight_grad)(int64_t n, int64_t filters, const float* gy, int64_t gy_stride,
                      const float* x, float* sums);
};

HEARTH_DECLARE_ISA(const ConvDirectKernels&, conv_direct_kernels)

}  // namespace hearth::cpu
