// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// The loops of the norms. Pointers to weights, biases and unwanted gradients may be null. The
/// *_cols forms treat each of `width` columns on its own: rows are contiguous and follow each
/// other, and per-column numbers are arrays.
template <class T>
struct NormKernels {
  /// Mean and sum of squared deviations of n > 0 elements.
  void (*moments)(const T* x, int64_t n, T* mean, T* squares);
  void (*moments_cols)(const T* x, int64_t rows, int64_t width, T* mean, T* squares);
  T (*square_sum)(const T* x, int64_t n);

  /// y = (x - mean) * scale + shift.
  void (*affine)(const T* x, T* y, int64_t n, T mean, T scale, T shift);
  void (*affine_cols)(const T* x, T* y, int64_t rows, int64_t width, const T* mean, const T* scale,
                      const T* shift);
  /// y = (x - mean) * scale * weight + bias, with a weight and bias per element.
  void (*normalize)(const T* x, T* y, int64_t n, T mean, T scale, const T* weight, const T* bias);

  /// Sums of g and of g * (x - mean).
  void (*dots)(const T* g, const T* x, int64_t n, T mean, T* sum, T* dot);
  void (*dots_cols)(const T* g, const T* x, int64_t rows, int64_t width, const T* mean, T* sum,
                    T* dot);
  /// dx = a * g + b * (x - mean) + c.
  void (*combine)(const T* g, const T* x, T* dx, int64_t n, T mean, T a, T b, T c);
  void (*combine_cols)(const T* g, const T* x, T* dx, int64_t rows, int64_t width, const T* mean,
                       const T* a, const T* b, const T* c);
  /// The gradients of normalize, whose mean and scale came from x (only the scale unless centered).
  /// dx is written, dweight and dbias are added to.
  void (*normalize_grad)(const T* g, const T* x, T* dx, int64_t n, T mean, T scale, bool centered,
                         const T* weight, T* dweight, T* dbias);
};

HEARTH_DECLARE_ISA(const NormKernels<float>&, norm_kernels_f32)
HEARTH_DECLARE_ISA(const NormKernels<double>&, norm_kernels_f64)

}  // namespace hearth::cpu
