// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// Convolutions of 3 x 3 taps by Winograd's method F(4, 3): of a tile of 4 x 4 results, 6 x 6
/// products of transforms ("frequencies") are needed in place of 144. One table per
/// instruction-set level.
///
/// What has a frequency each lies `frequency` elements apart.
struct WinogradKernels {
  static constexpr int kOut = 4, kTaps = 3, kIn = 6, kFrequencies = kIn * kIn;
  int rows, cols;  ///< tiles (or channels) by channels in a register tile
  int lanes;       ///< floats in a register

  /// The transform of kIn x kIn pixels, all channels, filled up to `padded` with zeros.
  void (*input)(const float* const* pixels, int64_t channels, int64_t padded, float* v,
                int64_t frequency);
  /// That of kOut x kOut gradients, `count` <= cols channels from `first` on, filled up to cols.
  void (*gradient)(const float* const* pixels, int64_t first, int64_t count, float* y,
                   int64_t frequency);
  /// That of n filters' taps: [9] of n * cols floats, `tap` elements apart.
  void (*weight)(int64_t n, const float* taps, int64_t tap, float* u, int64_t frequency);

  /// `count` <= cols channels of the results of a tile, to those of kOut x kOut pixels that are not
  /// null, from the channel `first` on. bias may be null.
  void (*output)(const float* m, int64_t frequency, const float* bias, float* const* pixels,
                 int64_t first, int64_t count);
  /// The gradient of n filters' taps from that of their transform.
  void (*weight_grad)(int64_t n, const float* u, int64_t frequency, float* taps, int64_t tap);

  /// sums [rows][cols] = (or += with `add`) a times b [depth][cols]; a's element of row r at depth
  /// k is a[r * row + k * step].
  void (*multiply)(int64_t depth, const float* a, int64_t row, int64_t step, const float* b,
                   float* sums, bool add);
};

HEARTH_DECLARE_ISA(const WinogradKernels&, winograd_kernels)

}  // namespace hearth::cpu
