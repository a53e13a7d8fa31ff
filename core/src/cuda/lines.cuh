// SPDX-License-Identifier: Apache-2.0
// The lines of a contiguous tensor along one dim, for scans and sorts.
#pragma once

#include "tensor/tensor_impl.h"

namespace hearth::cuda {

/// A contiguous tensor as [outer, n, inner], whose lines run along n.
struct Lines {
  int64_t outer = 1, n = 1, inner = 1;

  Lines(const Tensor& x, int64_t dim) {
    const TensorImpl& t = impl(x);
    if (t.dim() == 0) return;
    const auto at = static_cast<size_t>(dim < 0 ? dim + t.dim() : dim);
    for (size_t d = 0; d < t.sizes.size(); ++d)
      (d < at ? outer : d == at ? n : inner) *= t.sizes[d];
  }
  __host__ __device__ int64_t count() const { return outer * inner; }
  /// The first element of a line of length `length` (n, but for results of topk).
  __host__ __device__ int64_t start(int64_t line, int64_t length) const {
    return line / inner * length * inner + line % inner;
  }
};

}  // namespace hearth::cuda
