// SPDX-License-Identifier: Apache-2.0
// Sparse tensors in terms of strided ones. What is computed of them is computed of their values, so
// gradients, devices and double backward follow from that; only the two ways between a sparse
// tensor and its values are nodes of their own (sparse_history.cpp).
//
// The gradient of a sparse tensor is that of the dense one it stands for, at its indices.
#pragma once

#include "dispatch/op.h"
#include "tensor/sparse_parts.h"

namespace hearth::ops {

/// A sparse tensor taken apart. Its values have the history of the tensor.
struct Sparse : SparseParts {
  Layout layout = kSparse;
  DimVector sizes;

  bool is_coo() const { return layout == kSparse; }
  int64_t nnz() const { return impl(values).sizes[0]; }
  size_t sparse_dim() const { return is_coo() ? static_cast<size_t>(indices.size(0)) : 2; }
  /// With an index of row and column for each value.
  Sparse as_coo() const;
  /// The tensor of these parts; gradients flow to values.
  Tensor tensor() const;
  /// The same with other values, one for each of these.
  Tensor with(Tensor other_values) const;
};

/// The parts of a sparse tensor. Where gradients are followed, every index is there once.
Sparse parts_of(const Tensor& t);
/// The same as COO.
Sparse coo_of(const Tensor& t);
/// The same with indices in order, each once.
Sparse coalesced(const Tensor& t);
/// A COO tensor, unchecked; gradients flow to values.
Tensor coo_tensor(const Tensor& indices, const Tensor& values, IntArrayRef sizes);
/// A COO tensor without elements: [sparse dims] indices, and values of the remaining sizes.
Tensor empty_coo(IntArrayRef sizes, int64_t sparse_dim, const TensorOptions& options);

/// Each index as one number: its place in the sparse dims, row-major.
Tensor linear_indices(const Sparse& coo);
/// The elements of t, strided or sparse, at the indices of a COO tensor; 0 where t has none.
Tensor elements_at(const Tensor& t, const Sparse& coo);
/// Where the values of each row begin, of row numbers in order.
Tensor row_starts(const Tensor& rows, int64_t count);
/// The row of each value.
Tensor rows_of_starts(const Tensor& crow, int64_t nnz);

// The nodes; see sparse_history.cpp.
/// `sparse`, a new tensor of `values`, as a function of them.
Tensor with_history_of_values(const Tensor& sparse, const Tensor& values);
/// The values of a sparse tensor, every index once, as a function of it.
Tensor values_with_history(const Tensor& sparse);
/// `coalesced`, a new tensor, as the same function of `sparse`.
Tensor with_history_of(const Tensor& coalesced, const Tensor& sparse);
/// Whether operations on t are recorded now.
bool is_recorded(const Tensor& t);

// Products; see sparse_products.cpp.
Tensor sparse_matmul(const Tensor& a, const Tensor& b);

}  // namespace hearth::ops
