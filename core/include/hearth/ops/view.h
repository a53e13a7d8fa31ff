// SPDX-License-Identifier: Apache-2.0
// Shapes, views and joins, as functions. Views share memory with their input; the rest copies.
#pragma once

#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// Joins along an existing dim. All tensors have the same sizes but there; dtypes promote.
HEARTH_API Tensor cat(TensorList tensors, int64_t dim = 0);
HEARTH_API Tensor concat(TensorList tensors, int64_t dim = 0);
/// Joins along a new dim.
HEARTH_API Tensor stack(TensorList tensors, int64_t dim = 0);
HEARTH_API Tensor hstack(TensorList tensors);
HEARTH_API Tensor vstack(TensorList tensors);
HEARTH_API Tensor dstack(TensorList tensors);
/// Dims of size one added until there are this many.
HEARTH_API Tensor atleast_1d(const Tensor& self);
HEARTH_API Tensor atleast_2d(const Tensor& self);
HEARTH_API Tensor atleast_3d(const Tensor& self);

HEARTH_API Tensor reshape(const Tensor& self, IntArrayRef sizes);
HEARTH_API Tensor flatten(const Tensor& self, int64_t start_dim = 0, int64_t end_dim = -1);
HEARTH_API Tensor ravel(const Tensor& self);
HEARTH_API Tensor unflatten(const Tensor& self, int64_t dim, IntArrayRef sizes);
HEARTH_API Tensor permute(const Tensor& self, IntArrayRef dims);
HEARTH_API Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1);
HEARTH_API Tensor swapaxes(const Tensor& self, int64_t a, int64_t b);
HEARTH_API Tensor swapdims(const Tensor& self, int64_t a, int64_t b);
HEARTH_API Tensor t(const Tensor& self);
HEARTH_API Tensor movedim(const Tensor& self, IntArrayRef source, IntArrayRef destination);
HEARTH_API Tensor moveaxis(const Tensor& self, IntArrayRef source, IntArrayRef destination);
HEARTH_API Tensor squeeze(const Tensor& self);
HEARTH_API Tensor squeeze(const Tensor& self, int64_t dim);
HEARTH_API Tensor squeeze(const Tensor& self, IntArrayRef dims);
HEARTH_API Tensor unsqueeze(const Tensor& self, int64_t dim);
HEARTH_API Tensor select(const Tensor& self, int64_t dim, int64_t index);
HEARTH_API Tensor slice(const Tensor& self, int64_t dim = 0, std::optional<int64_t> start = {},
                        std::optional<int64_t> end = {}, int64_t step = 1);
HEARTH_API Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length);
HEARTH_API Tensor diagonal(const Tensor& self, int64_t offset = 0, int64_t dim1 = 0,
                           int64_t dim2 = 1);
/// A matrix (batch) with self's last dim on a diagonal, zero elsewhere.
HEARTH_API Tensor diag_embed(const Tensor& self, int64_t offset = 0, int64_t dim1 = -2,
                             int64_t dim2 = -1);
/// Any sizes and strides inside self's storage; throws ShapeError where they leave it.
HEARTH_API Tensor as_strided(const Tensor& self, IntArrayRef sizes, IntArrayRef strides,
                             std::optional<int64_t> storage_offset = std::nullopt);
/// Complex numbers as pairs along a new last dim, and back.
HEARTH_API Tensor view_as_real(const Tensor& self);
HEARTH_API Tensor view_as_complex(const Tensor& self);
HEARTH_API Tensor real(const Tensor& self);
HEARTH_API Tensor imag(const Tensor& self);
HEARTH_API Tensor broadcast_to(const Tensor& self, IntArrayRef sizes);
HEARTH_API std::vector<Tensor> broadcast_tensors(TensorList tensors);
HEARTH_API std::vector<Tensor> split(const Tensor& self, int64_t split_size, int64_t dim = 0);
HEARTH_API std::vector<Tensor> split(const Tensor& self, IntArrayRef split_sizes, int64_t dim = 0);
HEARTH_API std::vector<Tensor> split_with_sizes(const Tensor& self, IntArrayRef split_sizes,
                                                int64_t dim = 0);
HEARTH_API std::vector<Tensor> chunk(const Tensor& self, int64_t chunks, int64_t dim = 0);
HEARTH_API std::vector<Tensor> unbind(const Tensor& self, int64_t dim = 0);
HEARTH_API std::vector<Tensor> meshgrid(TensorList tensors, std::string_view indexing = "ij");
HEARTH_API Tensor flip(const Tensor& self, IntArrayRef dims);
HEARTH_API Tensor fliplr(const Tensor& self);
HEARTH_API Tensor flipud(const Tensor& self);
HEARTH_API Tensor roll(const Tensor& self, IntArrayRef shifts, IntArrayRef dims = {});
/// Each element along dim (of the flattened tensor without) `repeats` times, or element i
/// repeats[i] times. output_size, when it is known, must be the size along dim that this gives.
HEARTH_API Tensor repeat_interleave(const Tensor& self, int64_t repeats,
                                    std::optional<int64_t> dim = std::nullopt,
                                    std::optional<int64_t> output_size = std::nullopt);
HEARTH_API Tensor repeat_interleave(const Tensor& self, const Tensor& repeats,
                                    std::optional<int64_t> dim = std::nullopt,
                                    std::optional<int64_t> output_size = std::nullopt);
HEARTH_API Tensor tile(const Tensor& self, IntArrayRef dims);
HEARTH_API Tensor tril(const Tensor& self, int64_t diagonal = 0);
HEARTH_API Tensor triu(const Tensor& self, int64_t diagonal = 0);
HEARTH_API Tensor diag(const Tensor& self, int64_t diagonal = 0);
HEARTH_API Tensor clone(const Tensor& self, std::optional<MemoryFormat> format = std::nullopt);

}  // namespace hearth
