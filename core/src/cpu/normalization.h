// SPDX-License-Identifier: Apache-2.0
// What the kernels of layer, group and batch norm share.
#pragma once

#include "cpu/dense.h"
#include "cpu/normalization_kernels.h"

namespace hearth::cpu {

/// Partial sums over all rows are kept for at most this many chunks.
inline constexpr int64_t kMostPartialSums = 64;

/// The table for this machine.
template <class T>
const NormKernels<T>& norm_kernels();
template <>
inline const NormKernels<float>& norm_kernels<float>() {
  static const NormKernels<float>& k = HEARTH_SELECT_ISA(norm_kernels_f32);
  return k;
}
template <>
inline const NormKernels<double>& norm_kernels<double>() {
  static const NormKernels<double>& k = HEARTH_SELECT_ISA(norm_kernels_f64);
  return k;
}

// Weights and statistics may be missing.
template <class T>
const T* data_or_null(const Tensor& t) {
  return t.defined() ? ptr<T>(t) : nullptr;
}
inline Tensor contiguous_or_none(const Tensor& t) { return t.defined() ? contiguous_raw(t) : t; }
inline Tensor contiguous_or_none(const Tensor& t, ScalarType type) {
  return t.defined() ? contiguous_raw(as_type(t, type)) : t;
}

template <class T>
T weight_at(const T* weight, int64_t c) {
  return weight ? weight[c] : T(1);
}

}  // namespace hearth::cpu
