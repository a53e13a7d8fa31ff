// SPDX-License-Identifier: Apache-2.0
// What writes by index and is made of other ops, and the out forms of the family.
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/scatter.h"
#include "hearth/ops/view.h"

#include "ops/as_strided.h"
#include "ops/embedding.h"
#include "ops/gather.h"
#include "ops/index.h"
#include "ops/index_checks.h"
#include "ops/masked.h"
#include "ops/pointwise_call.h"

namespace hearth {

// ---- flat indices

namespace {

/// put's source as index_put takes it.
Tensor put_values(const Tensor& self, const Tensor& index, const Tensor& source) {
  ops::check_index_type(index, "put_");
  ops::check_same_type(self, source, "put_");
  HEARTH_CHECK_AS(IndexError, source.numel() == index.numel(),
                  "[put_] Expected source and index to have the same number of elements, but got "
                  "source.numel() = ",
                  source.numel(), ", index.numel() = ", index.numel());
  HEARTH_CHECK_AS(IndexError, index.numel() == 0 || self.numel() > 0,
                  "[put_] Tried to put elements into an empty tensor");
  return source.reshape(index.sizes());
}

}  // namespace

Tensor put(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate) {
  const Tensor values = put_values(self, index, source);
  return index_put(self.reshape({-1}), {index}, values, accumulate).view(self.sizes());
}
Tensor& put_out(Tensor& out, const Tensor& self, const Tensor& index, const Tensor& source,
                bool accumulate) {
  return ops::copy_out("put", out, put(self, index, source, accumulate));
}
Tensor Tensor::put(const Tensor& index, const Tensor& source, bool accumulate) const {
  return hearth::put(*this, index, source, accumulate);
}
const Tensor& Tensor::put_(const Tensor& index, const Tensor& source, bool accumulate) const {
  if (!is_contiguous()) return copy_(put(index, source, accumulate));
  const Tensor values = put_values(*this, index, source);
  view({-1}).index_put_({index}, values, accumulate);
  return *this;
}

std::vector<Tensor> unravel_index(const Tensor& indices, IntArrayRef shape) {
  ops::check_index_type(indices, "unravel_index");
  const Tensor flat = ops::as_long(indices);
  int64_t block = checked_numel(shape);
  std::vector<Tensor> out;
  for (int64_t n : shape) {
    block /= std::max<int64_t>(n, 1);
    out.push_back(
        flat.div(std::max<int64_t>(block, 1), "floor").remainder(std::max<int64_t>(n, 1)));
  }
  return out;
}

// ---- views of a copy

namespace {

/// Writes src into a view of what is returned in the end; nothing broadcasts.
void write_view(std::string_view op, const Tensor& view, const Tensor& src) {
  HEARTH_CHECK_AS(ShapeError, view.sizes() == src.sizes(), "[", op,
                  "] expected src to have a size equal to the slice of self. src size = ",
                  src.sizes(), ", slice size = ", view.sizes());
  view.copy_(src);
}

/// A copy of self and of all that lies between its elements, with its strides and offset.
Tensor clone_in_place(const Tensor& self) {
  const TensorImpl& t = impl(self);
  const auto room = static_cast<int64_t>(t.storage->nbytes / element_size(t.dtype));
  return self.as_strided({room}, {1}, 0).clone().as_strided_(t.sizes, t.strides, t.offset);
}

}  // namespace

Tensor select_scatter(const Tensor& self, const Tensor& src, int64_t dim, int64_t index) {
  Tensor out = self.clone();
  write_view("select_scatter", out.select(dim, index), src);
  return out;
}
Tensor slice_scatter(const Tensor& self, const Tensor& src, int64_t dim,
                     std::optional<int64_t> start, std::optional<int64_t> end, int64_t step) {
  Tensor out = self.clone();
  write_view("slice_scatter", out.slice(dim, start, end, step), src);
  return out;
}
Tensor diagonal_scatter(const Tensor& self, const Tensor& src, int64_t offset, int64_t dim1,
                        int64_t dim2) {
  Tensor out = self.clone();
  write_view("diagonal_scatter", out.diagonal(offset, dim1, dim2), src);
  return out;
}
Tensor as_strided_scatter(const Tensor& self, const Tensor& src, IntArrayRef sizes,
                          IntArrayRef strides, std::optional<int64_t> storage_offset) {
  Tensor out = clone_in_place(self);
  write_view("as_strided_scatter", out.as_strided(sizes, strides, storage_offset), src);
  return out;
}

Tensor Tensor::select_scatter(const Tensor& source, int64_t dim, int64_t index) const {
  return hearth::select_scatter(*this, source, dim, index);
}
Tensor Tensor::slice_scatter(const Tensor& source, int64_t dim, std::optional<int64_t> start,
                             std::optional<int64_t> end, int64_t step) const {
  return hearth::slice_scatter(*this, source, dim, start, end, step);
}
Tensor Tensor::diagonal_scatter(const Tensor& source, int64_t offset, int64_t dim1,
                                int64_t dim2) const {
  return hearth::diagonal_scatter(*this, source, offset, dim1, dim2);
}
Tensor Tensor::as_strided_scatter(const Tensor& source, IntArrayRef sizes, IntArrayRef strides,
                                  std::optional<int64_t> storage_offset) const {
  return hearth::as_strided_scatter(*this, source, sizes, strides, storage_offset);
}

const Tensor& Tensor::fill_diagonal_(const Scalar& value, bool wrap) const {
  HEARTH_CHECK_AS(ShapeError, dim() >= 2, "[fill_diagonal_] dimensions must larger than 1, got ",
                  dim());
  if (dim() > 2) {
    int64_t together = 0;
    for (int64_t d = 0; d < dim(); ++d) {
      HEARTH_CHECK_AS(ShapeError, size(d) == size(0),
                      "[fill_diagonal_] all dimensions of input must be of equal length, got ",
                      sizes());
      together += stride(d);
    }
    as_strided({size(0)}, {together}, storage_offset()).fill_(value);
    return *this;
  }
  // Wrapped, the diagonal begins again below an empty row.
  const int64_t height = size(0), period = size(1) + 1;
  const int64_t blocks = wrap ? height / period : 0;
  if (blocks > 0)
    narrow(0, 0, blocks * period).unflatten(0, {blocks, period}).diagonal(0, 1, 2).fill_(value);
  narrow(0, blocks * period, height - blocks * period).diagonal().fill_(value);
  return *this;
}

// ---- nonzero

Tensor nonzero_static(const Tensor& self, int64_t size, int64_t fill_value) {
  HEARTH_CHECK_AS(ValueError, size >= 0,
                  "[nonzero_static] 'size' must be an non-negative integer, got ", size);
  const Tensor found = nonzero(self);
  const int64_t n = std::min(found.size(0), size);
  const Tensor out = full({size, self.dim()}, fill_value, found.options());
  out.narrow(0, 0, n).copy_(found.narrow(0, 0, n));
  return out;
}
std::vector<Tensor> nonzero_numpy(const Tensor& self) { return where(self); }
Tensor Tensor::nonzero_static(int64_t size, int64_t fill_value) const {
  return hearth::nonzero_static(*this, size, fill_value);
}
std::vector<Tensor> Tensor::nonzero_numpy() const { return hearth::nonzero_numpy(*this); }

// ---- out forms

Tensor& index_select_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index) {
  return invoke_out(ops::IndexSelect{dim}, out, self, ops::as_long(index));
}
Tensor& index_add_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                      const Tensor& source, const Scalar& alpha) {
  return invoke_out(ops::IndexAdd{dim, alpha}, out, self, ops::as_long(index), source);
}
Tensor& index_copy_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                       const Tensor& source) {
  return invoke_out(ops::IndexCopy{dim}, out, self, ops::as_long(index), source);
}
Tensor& index_fill_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                       const Scalar& value) {
  return ops::copy_out("index_fill", out, index_fill(self, dim, index, value));
}
Tensor& index_fill_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                       const Tensor& value) {
  return ops::copy_out("index_fill", out, index_fill(self, dim, index, value));
}
Tensor& gather_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index, bool) {
  return invoke_out(ops::Gather{dim}, out, self, ops::as_long(index));
}
Tensor& scatter_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                    const Tensor& src) {
  return invoke_out(ops::Scatter{dim}, out, self, ops::as_long(index), src);
}
Tensor& scatter_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                    const Scalar& value) {
  return invoke_out(ops::ScatterValue{dim, value}, out, self, ops::as_long(index));
}
Tensor& scatter_add_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                        const Tensor& src) {
  return invoke_out(ops::ScatterAdd{dim}, out, self, ops::as_long(index), src);
}
Tensor& take_out(Tensor& out, const Tensor& self, const Tensor& index) {
  ops::check_index_type(index, "take");
  return index_out(out, self.reshape({-1}), {index});
}
Tensor& take_along_dim_out(Tensor& out, const Tensor& self, const Tensor& indices,
                           std::optional<int64_t> dim) {
  return ops::copy_out("take_along_dim", out, take_along_dim(self, indices, dim));
}
Tensor& masked_select_out(Tensor& out, const Tensor& self, const Tensor& mask) {
  return invoke_out(ops::MaskedSelect{}, out, self, mask);
}
Tensor& masked_scatter_out(Tensor& out, const Tensor& self, const Tensor& mask,
                           const Tensor& source) {
  const DimVector sizes = broadcast_shapes(self.sizes(), mask.sizes(), "masked_scatter");
  return invoke_out(ops::MaskedScatter{}, out, self.expand(sizes), mask, source);
}
Tensor& nonzero_out(Tensor& out, const Tensor& self) {
  return invoke_out(ops::Nonzero{}, out, self);
}
Tensor& nonzero_static_out(Tensor& out, const Tensor& self, int64_t size, int64_t fill_value) {
  return ops::copy_out("nonzero_static", out, nonzero_static(self, size, fill_value));
}
Tensor& embedding_out(Tensor& out, const Tensor& weight, const Tensor& indices, int64_t padding_idx,
                      bool scale_grad_by_freq, bool) {
  return invoke_out(ops::Embedding{padding_idx, scale_grad_by_freq}, out, weight, indices);
}
Tensor& select_scatter_out(Tensor& out, const Tensor& self, const Tensor& src, int64_t dim,
                           int64_t index) {
  return ops::copy_out("select_scatter", out, select_scatter(self, src, dim, index));
}
Tensor& slice_scatter_out(Tensor& out, const Tensor& self, const Tensor& src, int64_t dim,
                          std::optional<int64_t> start, std::optional<int64_t> end, int64_t step) {
  return ops::copy_out("slice_scatter", out, slice_scatter(self, src, dim, start, end, step));
}
Tensor& diagonal_scatter_out(Tensor& out, const Tensor& self, const Tensor& src, int64_t offset,
                             int64_t dim1, int64_t dim2) {
  return ops::copy_out("diagonal_scatter", out, diagonal_scatter(self, src, offset, dim1, dim2));
}
Tensor& as_strided_scatter_out(Tensor& out, const Tensor& self, const Tensor& src,
                               IntArrayRef sizes, IntArrayRef strides,
                               std::optional<int64_t> storage_offset) {
  return ops::copy_out("as_strided_scatter", out,
                       as_strided_scatter(self, src, sizes, strides, storage_offset));
}

}  // namespace hearth
