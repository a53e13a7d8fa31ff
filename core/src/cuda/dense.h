// SPDX-License-Identifier: Apache-2.0
// What fused kernels share: operands in one dense layout.
#pragma once

#include "ops/copy.h"

namespace hearth::cuda {

/// `t` when its elements lie in memory in the order of those of `like` (same sizes, dense), else a
/// copy that does.
inline Tensor in_layout(const Tensor& t, const Tensor& like) {
  const TensorImpl &a = impl(t), &b = impl(like);
  bool same = true;
  for (size_t d = 0; d < a.sizes.size(); ++d)
    same &= a.sizes[d] == 1 || a.strides[d] == b.strides[d];
  if (same || a.numel == 0) return t;
  Tensor copy = new_tensor(a.sizes, a.dtype, a.device, b.strides);
  copy_raw_into(copy, t);
  return copy;
}

/// `t` with one dim moved to the end.
inline Tensor dim_last(const Tensor& t, int64_t dim) {
  const TensorImpl& i = impl(t);
  const auto d = static_cast<size_t>(dim);
  DimVector sizes = i.sizes, strides = i.strides;
  sizes.erase(d);
  strides.erase(d);
  sizes.push_back(i.sizes[d]);
  strides.push_back(i.strides[d]);
  return alias_tensor(t, std::move(sizes), std::move(strides), i.offset, i.dtype);
}

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
