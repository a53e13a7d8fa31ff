// SPDX-License-Identifier: Apache-2.0
// Reading and writing elements by index. Index tensors are int64 or int32; all indices are checked
// before anything is written, and sums do not depend on the number of threads.
#pragma once

#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// Elements at index tensors that broadcast, one per dim; undefined ones take all of their dim.
HEARTH_API Tensor index(const Tensor& self, ArrayRef<std::optional<Tensor>> indices);
/// A copy of self with `values` (broadcast) written, or added, at these indices.
HEARTH_API Tensor index_put(const Tensor& self, ArrayRef<std::optional<Tensor>> indices,
                            const Tensor& values, bool accumulate = false);
/// Slices of `dim` in the order of the 1-d `index`.
HEARTH_API Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index);
/// Adds alpha times slice i of source to slice index[i] of self.
HEARTH_API Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index,
                            const Tensor& source, const Scalar& alpha = 1);
/// Slice index[i] of self becomes slice i of source. Indices are not negative.
HEARTH_API Tensor index_copy(const Tensor& self, int64_t dim, const Tensor& index,
                             const Tensor& source);
/// The slices at `index`, where negative ones count from the end, become the number `value`.
HEARTH_API Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index,
                             const Scalar& value);
HEARTH_API Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index,
                             const Tensor& value);
/// out[i][j] = self[index[i][j]][j] for dim 0; index has self's number of dims.
HEARTH_API Tensor gather(const Tensor& self, int64_t dim, const Tensor& index,
                         bool sparse_grad = false);
/// self[index[i][j]][j] = src[i][j] for dim 0.
HEARTH_API Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src);
HEARTH_API Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index,
                          const Scalar& value);
/// self[index[i][j]][j] += src[i][j] for dim 0.
HEARTH_API Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index,
                              const Tensor& src);
/// gather with index and self broadcast but for dim, along which indices count modulo its size;
/// without dim, from the flattened tensor.
HEARTH_API Tensor take_along_dim(const Tensor& self, const Tensor& indices,
                                 std::optional<int64_t> dim = std::nullopt);
/// Elements of the flattened tensor; negative indices count from its end.
HEARTH_API Tensor take(const Tensor& self, const Tensor& index);
/// The elements where the bool `mask` (broadcast) is true, as a 1-d tensor.
HEARTH_API Tensor masked_select(const Tensor& self, const Tensor& mask);
/// A copy of self with the elements of source, in order, where `mask` is true.
HEARTH_API Tensor masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source);
/// Indices of the non-zero elements, one row each: int64 of size [count, dim].
HEARTH_API Tensor nonzero(const Tensor& self);
HEARTH_API Tensor argwhere(const Tensor& self);
/// Indices of the true elements, one tensor per dim.
HEARTH_API std::vector<Tensor> where(const Tensor& condition);
/// 0 and 1 along a new last dim of size num_classes; -1 takes the largest class plus one.
HEARTH_API Tensor one_hot(const Tensor& self, int64_t num_classes = -1);
/// Rows of weight [rows, width] at int64 or int32 indices of any sizes: [..., width]. padding_idx
/// gets no gradient; scale_grad_by_freq divides a row's gradient by how often it occurs. With
/// `sparse`, the gradient of weight is a sparse tensor of the rows that occur.
HEARTH_API Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx = -1,
                            bool scale_grad_by_freq = false, bool sparse = false);

}  // namespace hearth
