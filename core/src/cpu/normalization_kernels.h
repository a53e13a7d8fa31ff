// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/activation.h"
#include "cpu/isa_select.h"

namespace hearth::cpu {

/// Where an activation follows a norm, the gradient that reaches the norm is formed from that of
/// the activation's result, and also written to `kept`, unless that is null. Without one, all is
/// null.
template <class T>
struct Following {
  Activation activation = Activation::None;
  const T* residual = nullptr;
  const T *mean = nullptr, *scale = nullptr, *shift = nullptr;
  T* kept = nullptr;
};

/// The loops of the norms. Pointers to weights, biases and unwanted gradients may be null. The
/// *_cols forms treat each of `width` columns on its own: rows are contiguous and follow each
/// other, and per-column numbers are arrays.
template <class T>
struct NormKernels {
  /// Mean and sum of squared deviations of n > 0 elements.
  void (*moments)(const T* x, int64_t n, T* mean, T* squares);
  void (*moments_cols)(const T* x, int64_t rows, int64_t width, T* mean, T* squares);
  T (*square_sum)(const T* x, int64_t n);

  /// y = activation((x - mean) * scale + shift + residual); the residual may be null.
  void (*affine)(const T* x, const T* residual, T* y, int64_t n, T mean, T scale, T shift,
                 Activation activation);
  void (*affine_cols)(const T* x, const T* residual, T* y, int64_t rows, int64_t width,
                      const T* mean, const T* scale, const T* shift, Activation activation);
  /// What the gradient g of affine's y makes of the activation's input: out may be g.
  void (*activation_grad)(const T* g, const T* x, const T* residual, T* out, int64_t n, T mean,
                          T scale, T shift, Activation activation);
  /// y = (x - mean) * scale * weight + bias, with a weight and bias per element.
  void (*normalize)(const T* x, T* y, int64_t n, T mean, T scale, const T* weight, const T* bias);

  /// Sums of g and of g * (x - mean).
  void (*dots)(const T* g, const T* x, int64_t n, T mean, T* sum, T* dot);
  void (*dots_cols)(const T* g, const T* x, int64_t rows, int64_t width, const T* mean, T* sum,
                    T* dot, const Following<T>& following);
  /// dx = a * g + b * (x - mean) + c. Where the columns' b is null, x takes no part, not even as
  /// 0 * x.
  void (*combine)(const T* g, const T* x, T* dx, int64_t n, T mean, T a, T b, T c);
  void (*combine_cols)(const T* g, const T* x, T* dx, int64_t rows, int64_t width, const T* mean,
                       const T* a, const T* b, const T* c, const Following<T>& following);
  /// The gradients of normalize, whose mean and scale came from x (only the scale unless centered).
  /// dx is written, dweight and dbias are added to.
  void (*normalize_grad)(const T* g, const T* x, T* dx, int64_t n, T mean, T scale, bool centered,
                         const T* weight, T* dweight, T* dbias);
};

HEARTH_DECLARE_ISA(const NormKernels<float>&, norm_kernels_f32)
HEARTH_DECLARE_ISA(const NormKernels<double>&, norm_kernels_f64)

}  // namespace hearth::cpu
