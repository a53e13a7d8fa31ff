// SPDX-License-Identifier: Apache-2.0
// The lines of a contiguous tensor along one dim, for scans and their like.
#pragma once

#include <algorithm>

#include "base/parallel.h"
#include "tensor/tensor_impl.h"

namespace hearth::cpu {

/// A contiguous tensor as [outer, n, inner], whose lines run along n.
struct Lines {
  int64_t outer = 1, n = 1, inner = 1;

  Lines(const Tensor& x, int64_t dim) {
    const TensorImpl& t = impl(x);
    if (t.dim() == 0) return;
    const auto at = static_cast<size_t>(wrap_dim(dim, t.dim(), "scan"));
    for (size_t d = 0; d < t.sizes.size(); ++d)
      (d < at ? outer : d == at ? n : inner) *= t.sizes[d];
  }
  int64_t count() const { return outer * inner; }

  /// f(line, first element, n, stride) for every line.
  template <class F>
  void each_in_turn(const F& f) const {
    for (int64_t i = 0; n > 0 && i < count(); ++i)
      f(i, i / inner * n * inner + i % inner, n, inner);
  }
  /// As each_in_turn, in parallel.
  template <class F>
  void each(const F& f) const {
    if (n == 0) return;
    parallel_for(count(), std::max<int64_t>(1, 8192 / n), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) f(i, i / inner * n * inner + i % inner, n, inner);
    });
  }
};

/// Types that carry gradients.
#define HEARTH_FOR_DIFFERENTIABLE(_) \
  _(::hearth::Half, Half)            \
  _(::hearth::BFloat16, BFloat16)    \
  _(float, Float)                    \
  _(double, Double)                  \
  _(complex<float>, ComplexFloat)    \
  _(complex<double>, ComplexDouble)

template <class T>
T conjugate(T x) {
  return x;
}
template <class T>
complex<T> conjugate(complex<T> x) {
  return {x.real_, -x.imag_};
}

}  // namespace hearth::cpu
