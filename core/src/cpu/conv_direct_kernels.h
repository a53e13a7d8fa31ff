// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// A tile of a convolution: some pixels of the result by ConvDirectKernels::cols channels.
struct ConvTile {
  int64_t depth;          ///< summed over: taps by channels of the source
  const float* source;    ///< [ConvDirectKernels::rows] pixels of the source, gathered
  int64_t row;            ///< elements between those
  const float* weights;   ///< [depth][cols]
  int count, cols;        ///< pixels and channels to write
  float* const* results;  ///< the pixels of the result
  int64_t result_first;   ///< the first channel of those
  bool accumulate;        ///< added to what is there
  const float* bias;      ///< [cols], or null
};

/// Elements that lie next to each other: `size` from the `first`-th on, `offset` behind a base.
struct ConvRun {
  int64_t first, size, offset;
};

/// Convolutions of channels-last images that gather what a few pixels of the result read, which
/// then is a product of small matrices: no unfolding, and a pixel in the padding is a row of zeros.
/// One table per instruction-set level.
struct ConvDirectKernels {
  int rows, cols;  ///< pixels by channels in a register tile

  void (*tile)(const ConvTile& tile);
  /// `n` elements from the `first`-th on, out of runs in order without holes.
  void (*copy)(const float* base, const ConvRun* runs, int64_t n_runs, int64_t first, int64_t n,
               float* to);
  /// dst [n][cols] = `count` <= cols channels of n pixels, zeros behind them.
  void (*gather)(int64_t n, const float* const* pixels, int64_t first, int count, float* dst);
  /// sums [filters][cols] += gy [n][filters] transposed, times x [n][cols].
  void (*weight_grad)(int64_t n, int64_t filters, const float* gy, int64_t gy_stride,
                      const float* x, float* sums);
};

HEARTH_DECLARE_ISA(const ConvDirectKernels&, conv_direct_kernels)

}  // namespace hearth::cpu
