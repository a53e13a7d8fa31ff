// SPDX-License-Identifier: Apache-2.0
// Views as contiguous copies: what `view(...)` shows, in memory of its own.
#pragma once

#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth {

#define HEARTH_VIEW_COPY(name, ...)           \
  HEARTH_API Tensor name##_copy(__VA_ARGS__); \
  HEARTH_API Tensor& name##_copy_out(Tensor& out, __VA_ARGS__);
HEARTH_VIEW_COPY(alias, const Tensor& self)
HEARTH_VIEW_COPY(detach, const Tensor& self)
HEARTH_VIEW_COPY(t, const Tensor& self)
HEARTH_VIEW_COPY(view_as_real, const Tensor& self)
HEARTH_VIEW_COPY(view_as_complex, const Tensor& self)
HEARTH_VIEW_COPY(squeeze, const Tensor& self)
HEARTH_VIEW_COPY(squeeze, const Tensor& self, int64_t dim)
HEARTH_VIEW_COPY(squeeze, const Tensor& self, IntArrayRef dim)
HEARTH_VIEW_COPY(unsqueeze, const Tensor& self, int64_t dim)
HEARTH_VIEW_COPY(expand, const Tensor& self, IntArrayRef size, bool implicit = false)
HEARTH_VIEW_COPY(permute, const Tensor& self, IntArrayRef dims)
HEARTH_VIEW_COPY(transpose, const Tensor& self, int64_t dim0, int64_t dim1)
HEARTH_VIEW_COPY(view, const Tensor& self, IntArrayRef size)
HEARTH_VIEW_COPY(view, const Tensor& self, ScalarType dtype)
HEARTH_VIEW_COPY(select, const Tensor& self, int64_t dim, int64_t index)
HEARTH_VIEW_COPY(slice, const Tensor& self, int64_t dim = 0,
                 std::optional<int64_t> start = std::nullopt,
                 std::optional<int64_t> end = std::nullopt, int64_t step = 1)
HEARTH_VIEW_COPY(diagonal, const Tensor& self, int64_t offset = 0, int64_t dim1 = 0,
                 int64_t dim2 = 1)
HEARTH_VIEW_COPY(unfold, const Tensor& self, int64_t dimension, int64_t size, int64_t step)
HEARTH_VIEW_COPY(as_strided, const Tensor& self, IntArrayRef size, IntArrayRef stride,
                 std::optional<int64_t> storage_offset = std::nullopt)
#undef HEARTH_VIEW_COPY

HEARTH_API std::vector<Tensor> split_copy(const Tensor& self, int64_t split_size, int64_t dim = 0);
HEARTH_API std::vector<Tensor> split_with_sizes_copy(const Tensor& self, IntArrayRef split_sizes,
                                                     int64_t dim = 0);
HEARTH_API std::vector<Tensor> unbind_copy(const Tensor& self, int64_t dim = 0);
/// Into tensors that exist, one for each part.
HEARTH_API void split_copy_out(TensorList out, const Tensor& self, int64_t split_size,
                               int64_t dim = 0);
HEARTH_API void split_with_sizes_copy_out(TensorList out, const Tensor& self,
                                          IntArrayRef split_sizes, int64_t dim = 0);
HEARTH_API void unbind_copy_out(TensorList out, const Tensor& self, int64_t dim = 0);

}  // namespace hearth
