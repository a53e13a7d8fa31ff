// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// Lines that run side by side, each with its coefficients.
inline constexpr int kAllPoleLines = 8;
/// Orders above this one are computed in blocks of outputs.
inline constexpr int64_t kLowOrder = 4;

template <class T>
struct AllPoleLines {
  const T* x;  ///< lines of n elements each, one after the other
  T* y;
  const T* const* coefficients;  ///< of each line
  int64_t lines, n, order;
  bool reverse;
  double* scratch;  ///< for higher orders: all_pole_scratch(order) numbers
};
/// Outputs that are computed before they are written, and those of a block.
inline constexpr int64_t kAllPoleChunk = 1024, kAllPoleBlock = 8;
inline constexpr int64_t all_pole_scratch(int64_t order) {
  return 2 * order + kAllPoleChunk + kAllPoleBlock;
}

/// Outputs of a polyphase filter whose windows all lie in memory.
template <class T>
struct PolyphaseOutputs {
  const T* x;  ///< the window of the first output
  const T*
      filters;  ///< of `entries` outputs: `vectors` registers each, the last one ending with them
  int64_t entries, entry;  ///< the number of filters; that of the first output
  int64_t vectors, taps;
  int64_t orig, fresh, remainder;  ///< the first output lies remainder / fresh behind a sample
  T* y;
  int64_t count;
};

template <class T>
struct FilterKernels {
  int lanes;
  void (*all_pole)(const AllPoleLines<T>& lines);
  void (*polyphase)(const PolyphaseOutputs<T>& outputs);
};
HEARTH_DECLARE_ISA(const FilterKernels<float>&, filter_kernels_f32)
HEARTH_DECLARE_ISA(const FilterKernels<double>&, filter_kernels_f64)

}  // namespace hearth::cpu
