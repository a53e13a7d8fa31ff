// SPDX-License-Identifier: Apache-2.0
// Parts of matrices, and what is asked about them.
#pragma once

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "backends/matrices.h"
#include "ops/decompositions.h"

namespace hearth::cuda {

/// The first columns of each matrix, as the same memory.
inline Tensor first_columns(const Tensor& t, int64_t count) {
  const TensorImpl& i = impl(t);
  DimVector sizes = i.sizes;
  sizes[sizes.size() - 1] = count;
  return alias_tensor(t, std::move(sizes), i.strides, i.offset, i.dtype);
}
inline Tensor first_rows(const Tensor& t, int64_t count) {
  return transposed(first_columns(transposed(t), count));
}

/// A place for what LAPACK says of each matrix; 0 until then.
inline Tensor new_info(const Tensor& matrices) {
  return zeros(ops::batch_of(matrices), TensorOptions(kInt).device(matrices.device()));
}
/// Which matrices have an element that is not finite.
inline Tensor has_non_finite(const Tensor& matrices) {
  return matrices.isfinite().all(-1).all(-1).logical_not();
}
/// Throws as for LAPACK's `info` where a triangular factor has a 0 on its diagonal.
inline void check_diagonal(std::string_view op, const Tensor& factors) {
  const Tensor zeros = factors.diagonal(0, -2, -1).eq(0);
  if (zeros.size(-1) == 0) return;
  const Tensor first = zeros.to(kInt).argmax(-1) + 1;
  ops::check_info(op, first.masked_fill(zeros.any(-1).logical_not(), 0).to(kInt));
}

}  // namespace hearth::cuda
