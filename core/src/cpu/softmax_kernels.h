// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// The loops of softmax and its relatives, on rows in the first- or second-level cache.
template <class T>
struct SoftmaxKernels {
  /// Columns that the *_cols functions take at once.
  static constexpr int64_t kWidth = 64;

  /// y = softmax or log-softmax of n contiguous elements.
  void (*forward)(const T* x, T* y, int64_t n, bool log);
  /// Its gradient from that of y.
  void (*backward)(const T* g, const T* y, T* dx, int64_t n, bool log);
  /// The same down each of up to kWidth neighbouring columns; rows lie `stride` apart.
  void (*forward_cols)(const T* x, T* y, int64_t n, int64_t stride, int64_t width, bool log);
  void (*backward_cols)(const T* g, const T* y, T* dx, int64_t n, int64_t stride, int64_t width,
                        bool log);

  /// The largest element, and the log of the sum of exp(x - max).
  void (*log_sum_exp)(const T* x, int64_t n, T* max, T* log_sum);
  /// dx = a * exp(x - max - log_sum) - (b * u + c); u may be null for zeros.
  void (*entropy_grad)(const T* x, T* dx, int64_t n, T max, T log_sum, T a, T b, const T* u, T c);
  /// The sums of u * (x - shift) and of u; u null counts as ones.
  void (*weighted)(const T* x, const T* u, int64_t n, T shift, T* dot, T* total);
};

HEARTH_DECLARE_ISA(const SoftmaxKernels<float>&, softmax_kernels_f32)
HEARTH_DECLARE_ISA(const SoftmaxKernels<double>&, softmax_kernels_f64)

}  // namespace hearth::cpu
