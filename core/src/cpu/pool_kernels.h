// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "backends/pool_window.h"
#include "cpu/isa_select.h"

namespace hearth::cpu {

using PoolWindow = hearth::PoolWindow<int64_t>;

/// One volume [depth, height, width] of contiguous tensors, or a block of channels of one
/// channels-last tensor; what has less dims has size 1 in the first. Outputs and gradients are laid
/// out as inputs are.
struct PoolArgs {
  int64_t depth, height, width, out_depth, out_height, out_width;
  const PoolWindow* slices;  ///< one per output slice
  const PoolWindow* rows;    ///< one per output row of a slice
  const PoolWindow* cols;
  int64_t slice_step = 1, row_step = 1, col_step = 1;
  /// Width's windows when they are regular: output i looks at i * stride - padding + k * col_step
  /// for first_position <= k < kernel, where that exists. 0: only `cols` says.
  int64_t first_position = 0, kernel = 0, stride = 1, padding = 0;
  bool tiled = false;    ///< the windows cover every position once
  bool gaps = false;     ///< some windows hold nothing but padding
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

/// Kernels by PoolType; integers have forward, of averages only int64.
struct MaxPoolTable {
  /// `places` and `values`, which is read where the maxima are, may be null.
  void (*forward[kPoolTypes])(const PoolArgs&, const void* x, const void* values, void* y,
                              int64_t* places);
  void (*backward[2])(const PoolArgs&, const void* x, const void* gy, void* gx);
};
struct AvgPoolTable {
  void (*forward[kPoolTypes])(const PoolArgs&, const void* x, void* y);
  void (*backward[2])(const PoolArgs&, const void* gy, void* gx);
};
HEARTH_DECLARE_ISA(const MaxPoolTable&, max_pool_table)
HEARTH_DECLARE_ISA(const AvgPoolTable&, avg_pool_table)

}  // namespace hearth::cpu
