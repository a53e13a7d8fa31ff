// SPDX-License-Identifier: Apache-2.0
// What fused kernels share: operands in one dense layout.
#pragma once

#include "backends/dense.h"

namespace hearth::cuda {

/// Whether t is contiguous, or contiguous with the given dim moved to the end.
inline bool is_dense_around(const Tensor& t, int64_t dim) {
  return impl(t).contiguous || impl(dim_last(t, dim)).contiguous;
}

/// `t` contiguous and of a dtype; undefined stays undefined.
inline Tensor contiguous_or_none(const Tensor& t, ScalarType type) {
  if (!t.defined()) return t;
  return contiguous_raw(impl(t).dtype == type ? t : copy_raw(t, type, t.device()));
}

template <class T>
const T* data_or_null(const Tensor& t) {
  return t.defined() ? ptr<T>(t) : nullptr;
}

/// Calls f(T(), O()) with the types to compute in and to write: O is T or, for float, a half type.
template <class F>
void with_result_type(ScalarType compute, ScalarType result, std::string_view op, const F& f) {
  if (compute == kDouble && result == kDouble) return f(double(), double());
  if (compute == kFloat && result == kFloat) return f(float(), float());
  if (compute == kFloat && result == kHalf) return f(float(), Half());
  if (compute == kFloat && result == kBFloat16) return f(float(), BFloat16());
  throw NotImplementedError(
      cat_str("[", op, "] no CUDA kernel that computes in ", compute, " and writes ", result));
}

/// Calls f(T()) with float or double.
template <class F>
void with_compute_type(ScalarType compute, std::string_view op, const F& f) {
  if (compute == kDouble) return f(double());
  if (compute == kFloat) return f(float());
  throw NotImplementedError(cat_str("[", op, "] no CUDA kernel that computes in ", compute));
}

}  // namespace hearth::cuda
