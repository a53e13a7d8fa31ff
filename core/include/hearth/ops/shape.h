// SPDX-License-Identifier: Apache-2.0
// Splits, joins and rearrangements beyond hearth/ops/view.h, and out forms.
#pragma once

#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth {

// ---- views
/// Transposed in the last two dims, and conjugated.
HEARTH_API Tensor adjoint(const Tensor& self);
HEARTH_API Tensor movedim(const Tensor& self, int64_t source, int64_t destination);
HEARTH_API Tensor moveaxis(const Tensor& self, int64_t source, int64_t destination);
HEARTH_API Tensor narrow(const Tensor& self, int64_t dim, const Tensor& start, int64_t length);
HEARTH_API Tensor alias(const Tensor& self);
HEARTH_API Tensor detach(const Tensor& self);
HEARTH_API Tensor& detach_(Tensor& self);
HEARTH_API const Tensor& as_strided_(const Tensor& self, IntArrayRef sizes, IntArrayRef strides,
                                     std::optional<int64_t> storage_offset = std::nullopt);
HEARTH_API const Tensor& resize_as_(const Tensor& self, const Tensor& the_template,
                                    std::optional<MemoryFormat> format = std::nullopt);
/// That many parts, whose sizes differ by at most one; or parts that begin at these indices.
HEARTH_API std::vector<Tensor> tensor_split(const Tensor& self, int64_t sections, int64_t dim = 0);
HEARTH_API std::vector<Tensor> tensor_split(const Tensor& self, IntArrayRef indices,
                                            int64_t dim = 0);
/// The number or the indices as a tensor of int64 on the CPU, 0-dim or 1-d.
HEARTH_API std::vector<Tensor> tensor_split(const Tensor& self,
                                            const Tensor& tensor_indices_or_sections,
                                            int64_t dim = 0);
/// tensor_split of columns (dim 1; of vectors dim 0), rows (dim 0) and depth (dim 2).
HEARTH_API std::vector<Tensor> hsplit(const Tensor& self, int64_t sections);
HEARTH_API std::vector<Tensor> hsplit(const Tensor& self, IntArrayRef indices);
HEARTH_API std::vector<Tensor> vsplit(const Tensor& self, int64_t sections);
HEARTH_API std::vector<Tensor> vsplit(const Tensor& self, IntArrayRef indices);
HEARTH_API std::vector<Tensor> dsplit(const Tensor& self, int64_t sections);
HEARTH_API std::vector<Tensor> dsplit(const Tensor& self, IntArrayRef indices);
HEARTH_API std::vector<Tensor> unsafe_split(const Tensor& self, int64_t split_size,
                                            int64_t dim = 0);
HEARTH_API std::vector<Tensor> unsafe_split_with_sizes(const Tensor& self, IntArrayRef split_sizes,
                                                       int64_t dim = 0);
HEARTH_API std::vector<Tensor> unsafe_chunk(const Tensor& self, int64_t chunks, int64_t dim = 0);

// ---- copies
HEARTH_API Tensor narrow_copy(const Tensor& self, int64_t dim, int64_t start, int64_t length);
/// Turned k times by 90 degrees from the first of two dims to the second.
HEARTH_API Tensor rot90(const Tensor& self, int64_t k = 1, IntArrayRef dims = {0, 1});
/// All elements on a diagonal of a matrix of zeros.
HEARTH_API Tensor diagflat(const Tensor& self, int64_t offset = 0);
/// i repeats[i] times, for each i. output_size, when it is known, must be the sum.
HEARTH_API Tensor repeat_interleave(const Tensor& repeats,
                                    std::optional<int64_t> output_size = std::nullopt);

// ---- joins
HEARTH_API Tensor concatenate(TensorList tensors, int64_t dim = 0);
/// Vectors as columns, matrices side by side.
HEARTH_API Tensor column_stack(TensorList tensors);
HEARTH_API Tensor row_stack(TensorList tensors);
HEARTH_API std::vector<Tensor> atleast_1d(TensorList tensors);
HEARTH_API std::vector<Tensor> atleast_2d(TensorList tensors);
HEARTH_API std::vector<Tensor> atleast_3d(TensorList tensors);
/// Matrices along a diagonal, zero elsewhere. Vectors are rows, numbers matrices of one element.
HEARTH_API Tensor block_diag(TensorList tensors);
/// All tuples of one element of each vector, one a row.
HEARTH_API Tensor cartesian_prod(TensorList tensors);
/// All choices of r elements of a vector, in order, one a row.
HEARTH_API Tensor combinations(const Tensor& self, int64_t r = 2, bool with_replacement = false);
/// All elements of all tensors in one vector, and back.
HEARTH_API Tensor flatten_dense_tensors(TensorList tensors);
HEARTH_API std::vector<Tensor> unflatten_dense_tensors(const Tensor& flat, TensorList tensors);

// ---- out forms
HEARTH_API Tensor& cat_out(Tensor& out, TensorList tensors, int64_t dim = 0);
HEARTH_API Tensor& concat_out(Tensor& out, TensorList tensors, int64_t dim = 0);
HEARTH_API Tensor& concatenate_out(Tensor& out, TensorList tensors, int64_t dim = 0);
HEARTH_API Tensor& stack_out(Tensor& out, TensorList tensors, int64_t dim = 0);
HEARTH_API Tensor& hstack_out(Tensor& out, TensorList tensors);
HEARTH_API Tensor& vstack_out(Tensor& out, TensorList tensors);
HEARTH_API Tensor& dstack_out(Tensor& out, TensorList tensors);
HEARTH_API Tensor& column_stack_out(Tensor& out, TensorList tensors);
HEARTH_API Tensor& row_stack_out(Tensor& out, TensorList tensors);
HEARTH_API Tensor& block_diag_out(Tensor& out, TensorList tensors);
HEARTH_API Tensor& narrow_copy_out(Tensor& out, const Tensor& self, int64_t dim, int64_t start,
                                   int64_t length);
HEARTH_API Tensor& flip_out(Tensor& out, const Tensor& self, IntArrayRef dims);
HEARTH_API Tensor& roll_out(Tensor& out, const Tensor& self, IntArrayRef shifts,
                            IntArrayRef dims = {});
HEARTH_API Tensor& rot90_out(Tensor& out, const Tensor& self, int64_t k = 1,
                             IntArrayRef dims = {0, 1});
HEARTH_API Tensor& tril_out(Tensor& out, const Tensor& self, int64_t diagonal = 0);
HEARTH_API Tensor& triu_out(Tensor& out, const Tensor& self, int64_t diagonal = 0);
HEARTH_API Tensor& diag_out(Tensor& out, const Tensor& self, int64_t diagonal = 0);
HEARTH_API Tensor& diag_embed_out(Tensor& out, const Tensor& self, int64_t offset = 0,
                                  int64_t dim1 = -2, int64_t dim2 = -1);
HEARTH_API Tensor& repeat_out(Tensor& out, const Tensor& self, IntArrayRef repeats);
HEARTH_API Tensor& repeat_interleave_out(Tensor& out, const Tensor& repeats,
                                         std::optional<int64_t> output_size = std::nullopt);
HEARTH_API Tensor& clone_out(Tensor& out, const Tensor& self,
                             std::optional<MemoryFormat> format = std::nullopt);

}  // namespace hearth
