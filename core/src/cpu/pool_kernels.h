// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// The part of one dim that an output looks at: `count` positions from `begin`, `step` apart.
struct PoolWindow {
  int64_t begin, count;
  double size;  ///< what a mean divides by: the product of both dims' sizes
};

/// One plane of contiguous images, or a block of channels of one channels-last image. Outputs and
/// gradients are laid out as inputs are.
struct PoolArgs {
  int64_t height, width, out_height, out_width;
  const PoolWindow* rows;  ///< one per output row
  const PoolWindow* cols;
  int64_t row_step = 1, col_step = 1;
  /// Width's windows when they are regular: output i looks at i * stride - padding + k * col_step
  /// for first_position <= k < kernel, where that exists. 0: only `cols` says.
  int64_t first_position = 0, kernel = 0, stride = 1, padding = 0;
  bool tiled = false;    ///< the windows cover every position once
  int64_t channels = 0;  ///< of the block; 0: a plane
  int64_t pixel = 1;     ///< elements between pixels (all channels)
  void* line;            ///< working memory for a line of the longer of out_width, width, channels
  void* places;          ///< the same, of 64-bit integers
};

enum PoolType {
  kPoolFloat,
  kPoolDouble,
  kPoolI8,
  kPoolU8,
  kPoolI16,
  kPoolI32,
  kPoolI64,
  kPoolTypes
};

/// Kernels by PoolType; integers have max_forward, int64 also avg_forward.
struct PoolTable {
  /// `places` and `values`, which is read where the maxima are, may be null.
  void (*max_forward[kPoolTypes])(const PoolArgs&, const void* x, const void* values, void* y,
                                  int64_t* places);
  void (*max_backward[2])(const PoolArgs&, const void* x, const void* gy, void* gx);
  void (*avg_forward[kPoolTypes])(const PoolArgs&, const void* x, void* y);
  void (*avg_backward[2])(const PoolArgs&, const void* gy, void* gx);
};
HEARTH_DECLARE_ISA(const PoolTable&, pool_table)

}  // namespace hearth::cpu
