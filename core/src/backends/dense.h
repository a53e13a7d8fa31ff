// SPDX-License-Identifier: Apache-2.0
// For kernels, past the tape: operands in one dense layout, results in the type they compute in.
#pragma once

#include "ops/copy.h"

namespace hearth {

/// `t`, or a copy of that type.
inline Tensor as_type(const Tensor& t, ScalarType type) {
  return impl(t).dtype == type ? t : copy_raw(t, type, t.device());
}

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

/// Where a kernel writes elements of `compute`: the output itself, or a tensor that finish()
/// converts to it.
class Result {
 public:
  /// `direct` says whether the kernel can write the output's layout; else it gets a contiguous one.
  Result(const Tensor& out, ScalarType compute, bool direct = true)
      : out_(out),
        target_(direct && impl(out).dtype == compute
                    ? out
                    : new_tensor(impl(out).sizes, compute, impl(out).device,
                                 direct ? impl(out).strides : DimVector())) {}
  const Tensor& tensor() const { return target_; }
  template <class T>
  T* data() const {
    return ptr<T>(target_);
  }
  void finish() const {
    if (!target_.is_same(out_)) copy_raw_into(out_, target_);
  }

 private:
  const Tensor& out_;
  Tensor target_;
};

}  // namespace hearth
