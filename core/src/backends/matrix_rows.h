// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ops/copy.h"

namespace hearth {

/// A tensor of matrices as a contiguous one of [batch, rows, m], expanded.
struct MatrixRows {
  Tensor x;
  int64_t rows, m;
  MatrixRows(const Tensor& t, const DimVector& batch) {
    const TensorImpl& i = impl(t);
    const size_t n = i.sizes.size();
    rows = i.sizes[n - 2];
    m = i.sizes[n - 1];
    DimVector sizes = batch, strides(batch.size(), 0);
    for (size_t k = 0; k + 2 < n; ++k) {
      const size_t from = n - 3 - k, to = batch.size() - 1 - k;
      if (i.sizes[from] == batch[to]) strides[to] = i.strides[from];
    }
    for (const size_t d : {n - 2, n - 1}) {
      sizes.push_back(i.sizes[d]);
      strides.push_back(i.strides[d]);
    }
    x = contiguous_raw(alias_tensor(t, std::move(sizes), std::move(strides), i.offset, i.dtype));
  }
};

/// The sizes of a tensor of matrices without those of a matrix.
inline DimVector matrix_batch(const Tensor& t) {
  return DimVector(impl(t).sizes.ref().slice(0, impl(t).sizes.size() - 2));
}

}  // namespace hearth
