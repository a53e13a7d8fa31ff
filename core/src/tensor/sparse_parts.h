// SPDX-License-Identifier: Apache-2.0
// What a sparse tensor points to: its storage holds other tensors instead of elements, so aliases
// share them, and everything about handles, versions and history is as for any tensor.
#pragma once

#include "tensor/tensor_impl.h"

namespace hearth {

struct SparseParts {
  Tensor indices;          ///< int64; COO: [sparse dims, nnz], CSR: the column of each value
  Tensor crow;             ///< CSR: where each row's values begin, and nnz
  Tensor values;           ///< [nnz, sizes of the dense dims...], without history
  bool coalesced = false;  ///< COO: the indices are in order, and all different
};

/// A sparse tensor of these; nothing is checked but the number of elements.
Tensor new_sparse(Layout layout, DimVector sizes, SparseParts parts);

inline bool is_strided(const Tensor& t) { return impl(t).layout == kStrided; }
/// Of a sparse tensor.
inline SparseParts& sparse_parts(const Tensor& t) {
  return *static_cast<SparseParts*>(impl(t).storage->context);
}

}  // namespace hearth
