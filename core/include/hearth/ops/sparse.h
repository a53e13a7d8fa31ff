// SPDX-License-Identifier: Apache-2.0
// Sparse tensors. A COO tensor (layout kSparse) has an index for each of its nnz values: indices
// [sparse_dim, nnz] int64, values [nnz, sizes of the dense dims...]; an index that occurs twice
// stands for the sum of its values, and a coalesced tensor has each once, in order. A CSR tensor
// (kSparseCsr) is a matrix of which crow_indices [rows + 1] says where each row's values begin, and
// col_indices [nnz] their columns.
//
// Sparse tensors are tensors: they require gradients, which come at their indices; they have the
// methods of Tensor, of which those that ops/sparse_forms.cpp lists work and others throw.
#pragma once

#include <optional>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// A COO tensor. Without sizes, the smallest that hold the indices. `is_coalesced` promises that
/// they are in order and all different, which is checked.
HEARTH_API Tensor sparse_coo_tensor(const Tensor& indices, const Tensor& values,
                                    const TensorOptions& options = {},
                                    std::optional<bool> is_coalesced = std::nullopt);
HEARTH_API Tensor sparse_coo_tensor(const Tensor& indices, const Tensor& values, IntArrayRef size,
                                    const TensorOptions& options = {},
                                    std::optional<bool> is_coalesced = std::nullopt);
/// One without elements, all of whose dims are sparse.
HEARTH_API Tensor sparse_coo_tensor(IntArrayRef size, const TensorOptions& options = {});
/// As sparse_coo_tensor, but nobody looks whether the indices are within the sizes. Reading the
/// tensor throws if they are not.
HEARTH_API Tensor _sparse_coo_tensor_unsafe(const Tensor& indices, const Tensor& values,
                                            IntArrayRef size, const TensorOptions& options = {},
                                            std::optional<bool> is_coalesced = std::nullopt);
/// A CSR matrix. Without sizes, as many columns as the largest index asks for.
HEARTH_API Tensor sparse_csr_tensor(const Tensor& crow_indices, const Tensor& col_indices,
                                    const Tensor& values, const TensorOptions& options = {});
HEARTH_API Tensor sparse_csr_tensor(const Tensor& crow_indices, const Tensor& col_indices,
                                    const Tensor& values, IntArrayRef size,
                                    const TensorOptions& options = {});
/// The matrix product of a sparse and a strided matrix, as mm.
HEARTH_API Tensor _sparse_mm(const Tensor& sparse, const Tensor& dense);

}  // namespace hearth
