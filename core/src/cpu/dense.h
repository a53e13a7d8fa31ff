// SPDX-License-Identifier: Apache-2.0
// What fused kernels share: operands in one dense layout, results in the type they compute in.
#pragma once

#include "backends/dense.h"

namespace hearth::cpu {

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

/// Rows of `n` elements that make a piece of work worth a thread.
inline int64_t row_grain(int64_t n) { return n > 0 && n < 16384 ? 16384 / n : 1; }

/// Calls f(T()) with the type of a floating compute dtype.
template <class F>
void with_float_type(ScalarType type, std::string_view op, const F& f) {
  if (type == kFloat) return f(float());
  if (type == kDouble) return f(double());
  throw NotImplementedError(cat_str("[", op, "] no kernel for ", type));
}

}  // namespace hearth::cpu
