// SPDX-License-Identifier: Apache-2.0
// Writing elements by index with a reduction, into views of a copy, and the out forms of
// hearth/ops/index.h. Indices are checked before anything is written.
#pragma once

#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// For dim 0, self[index[i][j]][j] becomes the sum, prod, mean, amax or amin of all src[i][j] that
/// go there, and of itself if include_self.
HEARTH_API Tensor scatter_reduce(const Tensor& self, int64_t dim, const Tensor& index,
                                 const Tensor& src, std::string_view reduce,
                                 bool include_self = true);
HEARTH_API Tensor& scatter_reduce_out(Tensor& out, const Tensor& self, int64_t dim,
                                      const Tensor& index, const Tensor& src,
                                      std::string_view reduce, bool include_self = true);
/// The same of slices: slice index[i] of self becomes the prod, mean, amax or amin of all slices i
/// of source that go there.
HEARTH_API Tensor index_reduce(const Tensor& self, int64_t dim, const Tensor& index,
                               const Tensor& source, std::string_view reduce,
                               bool include_self = true);
HEARTH_API Tensor& index_reduce_out(Tensor& out, const Tensor& self, int64_t dim,
                                    const Tensor& index, const Tensor& source,
                                    std::string_view reduce, bool include_self = true);
/// Reduces segments of `axis`, of these lengths or between these offsets, to their sum, mean, max,
/// min or prod; `initial` is what an empty segment gives and others begin with.
HEARTH_API Tensor segment_reduce(const Tensor& data, std::string_view reduce,
                                 const std::optional<Tensor>& lengths = {},
                                 const std::optional<Tensor>& indices = {},
                                 const std::optional<Tensor>& offsets = {}, int64_t axis = 0,
                                 bool unsafe = false, const std::optional<Scalar>& initial = {});
/// scatter that adds or multiplies: reduce is "add" or "multiply".
HEARTH_API Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                          std::string_view reduce);
HEARTH_API Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value,
                          std::string_view reduce);
/// Elements of the flattened self become (or grow by) those of source; negative indices count from
/// the end.
HEARTH_API Tensor put(const Tensor& self, const Tensor& index, const Tensor& source,
                      bool accumulate = false);
HEARTH_API Tensor& index_put_(Tensor& self, ArrayRef<std::optional<Tensor>> indices,
                              const Tensor& values, bool accumulate = false);

// ---- copies of self in which a view is src, which has exactly its sizes
HEARTH_API Tensor select_scatter(const Tensor& self, const Tensor& src, int64_t dim, int64_t index);
HEARTH_API Tensor slice_scatter(const Tensor& self, const Tensor& src, int64_t dim = 0,
                                std::optional<int64_t> start = std::nullopt,
                                std::optional<int64_t> end = std::nullopt, int64_t step = 1);
HEARTH_API Tensor diagonal_scatter(const Tensor& self, const Tensor& src, int64_t offset = 0,
                                   int64_t dim1 = 0, int64_t dim2 = 1);
HEARTH_API Tensor as_strided_scatter(const Tensor& self, const Tensor& src, IntArrayRef sizes,
                                     IntArrayRef strides,
                                     std::optional<int64_t> storage_offset = std::nullopt);

/// The indices of the first `size` non-zero elements, one row each; rows of fill_value if there are
/// fewer.
HEARTH_API Tensor nonzero_static(const Tensor& self, int64_t size, int64_t fill_value = -1);
/// One index tensor per dim, as where(condition).
HEARTH_API std::vector<Tensor> nonzero_numpy(const Tensor& self);
/// Coordinates, one tensor per dim of `shape`, of the elements at these flat indices.
HEARTH_API std::vector<Tensor> unravel_index(const Tensor& indices, IntArrayRef shape);

// ---- out forms
HEARTH_API Tensor& index_out(Tensor& out, const Tensor& self,
                             ArrayRef<std::optional<Tensor>> indices);
HEARTH_API Tensor& index_put_out(Tensor& out, const Tensor& self,
                                 ArrayRef<std::optional<Tensor>> indices, const Tensor& values,
                                 bool accumulate = false);
HEARTH_API Tensor& index_select_out(Tensor& out, const Tensor& self, int64_t dim,
                                    const Tensor& index);
HEARTH_API Tensor& index_add_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                                 const Tensor& source, const Scalar& alpha = 1);
HEARTH_API Tensor& index_copy_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                                  const Tensor& source);
HEARTH_API Tensor& index_fill_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                                  const Scalar& value);
HEARTH_API Tensor& index_fill_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                                  const Tensor& value);
HEARTH_API Tensor& gather_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                              bool sparse_grad = false);
HEARTH_API Tensor& scatter_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                               const Tensor& src);
HEARTH_API Tensor& scatter_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                               const Scalar& value);
HEARTH_API Tensor& scatter_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                               const Tensor& src, std::string_view reduce);
HEARTH_API Tensor& scatter_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                               const Scalar& value, std::string_view reduce);
HEARTH_API Tensor& scatter_add_out(Tensor& out, const Tensor& self, int64_t dim,
                                   const Tensor& index, const Tensor& src);
HEARTH_API Tensor& put_out(Tensor& out, const Tensor& self, const Tensor& index,
                           const Tensor& source, bool accumulate = false);
HEARTH_API Tensor& take_out(Tensor& out, const Tensor& self, const Tensor& index);
HEARTH_API Tensor& take_along_dim_out(Tensor& out, const Tensor& self, const Tensor& indices,
                                      std::optional<int64_t> dim = std::nullopt);
HEARTH_API Tensor& masked_select_out(Tensor& out, const Tensor& self, const Tensor& mask);
HEARTH_API Tensor& masked_scatter_out(Tensor& out, const Tensor& self, const Tensor& mask,
                                      const Tensor& source);
HEARTH_API Tensor& nonzero_out(Tensor& out, const Tensor& self);
HEARTH_API Tensor& nonzero_static_out(Tensor& out, const Tensor& self, int64_t size,
                                      int64_t fill_value = -1);
HEARTH_API Tensor& embedding_out(Tensor& out, const Tensor& weight, const Tensor& indices,
                                 int64_t padding_idx = -1, bool scale_grad_by_freq = false,
                                 bool sparse = false);
HEARTH_API Tensor& select_scatter_out(Tensor& out, const Tensor& self, const Tensor& src,
                                      int64_t dim, int64_t index);
HEARTH_API Tensor& slice_scatter_out(Tensor& out, const Tensor& self, const Tensor& src,
                                     int64_t dim = 0, std::optional<int64_t> start = std::nullopt,
                                     std::optional<int64_t> end = std::nullopt, int64_t step = 1);
HEARTH_API Tensor& diagonal_scatter_out(Tensor& out, const Tensor& self, const Tensor& src,
                                        int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1);
HEARTH_API Tensor& as_strided_scatter_out(Tensor& out, const Tensor& self, const Tensor& src,
                                          IntArrayRef sizes, IntArrayRef strides,
                                          std::optional<int64_t> storage_offset = std::nullopt);

}  // namespace hearth
