// SPDX-License-Identifier: Apache-2.0
// Joins and rearrangements made of views, cat and copies, and the family's out forms.
#include "hearth/ops/shape.h"

#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "base/checked.h"
#include "ops/join.h"
#include "ops/pointwise_call.h"
#include "ops/rearrange.h"

namespace hearth {

// ---- views

Tensor Tensor::adjoint() const {
  HEARTH_CHECK_AS(ShapeError, dim() != 1,
                  "[adjoint] tensor.adjoint() is only supported on matrices or batches of "
                  "matrices. Got 1-D tensor.");
  const Tensor turned = dim() == 0 ? *this : transpose(-2, -1);
  return is_complex() ? turned.conj() : turned;
}
Tensor Tensor::matrix_H() const {
  HEARTH_CHECK_AS(ShapeError, dim() == 0 || dim() == 2,
                  "[matrix_H] tensor.H is only supported on matrices (2-D tensors). Got ", dim(),
                  "-D tensor.");
  return adjoint();
}
Tensor Tensor::numpy_T() const {
  DimVector order(static_cast<size_t>(dim()), 0);
  for (size_t d = 0; d < order.size(); ++d) order[d] = dim() - 1 - static_cast<int64_t>(d);
  return permute(order);
}
Tensor Tensor::narrow(int64_t dim, const Tensor& start, int64_t length) const {
  HEARTH_CHECK_AS(ShapeError, start.dim() == 0 && is_integral(start.scalar_type()),
                  "[narrow] start must be an 0-dim integral Tensor, got ", start.scalar_type(),
                  " of sizes ", start.sizes());
  return narrow(dim, start.item<int64_t>(), length);
}
Tensor Tensor::narrow_copy(int64_t dim, int64_t start, int64_t length) const {
  return narrow(dim, start, length).clone(MemoryFormat::Contiguous);
}

Tensor adjoint(const Tensor& self) { return self.adjoint(); }
Tensor movedim(const Tensor& self, int64_t source, int64_t destination) {
  return self.movedim(source, destination);
}
Tensor moveaxis(const Tensor& self, int64_t source, int64_t destination) {
  return self.movedim(source, destination);
}
Tensor narrow(const Tensor& self, int64_t dim, const Tensor& start, int64_t length) {
  return self.narrow(dim, start, length);
}
Tensor alias(const Tensor& self) { return self.alias(); }
Tensor detach(const Tensor& self) { return self.detach(); }
Tensor& detach_(Tensor& self) {
  self.detach_();
  return self;
}
const Tensor& as_strided_(const Tensor& self, IntArrayRef sizes, IntArrayRef strides,
                          std::optional<int64_t> storage_offset) {
  return self.as_strided_(sizes, strides, storage_offset);
}
const Tensor& resize_as_(const Tensor& self, const Tensor& the_template,
                         std::optional<MemoryFormat> format) {
  return self.resize_as_(the_template, format);
}

// ---- copies

Tensor narrow_copy(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  return self.narrow_copy(dim, start, length);
}

Tensor Tensor::rot90(int64_t k, IntArrayRef dims) const {
  HEARTH_CHECK_AS(ValueError, dims.size() == 2,
                  "[rot90] expected total rotation dims == 2, but got dims = ", dims.size());
  HEARTH_CHECK_AS(ShapeError, dim() >= 2,
                  "[rot90] expected total dims >= 2, but got total dims = ", dim());
  const int64_t a = wrap_dim(dims[0], dim(), "rot90"), b = wrap_dim(dims[1], dim(), "rot90");
  HEARTH_CHECK_AS(ValueError, a != b,
                  "[rot90] expected rotation dims to be different, but got dim0 = ", dims[0],
                  " and dim1 = ", dims[1]);
  switch ((k % 4 + 4) % 4) {
    case 1:
      return flip({b}).transpose(a, b);
    case 2:
      return flip({a, b});
    case 3:
      return flip({a}).transpose(a, b);
    default:
      return clone(MemoryFormat::Contiguous);
  }
}
Tensor rot90(const Tensor& self, int64_t k, IntArrayRef dims) { return self.rot90(k, dims); }

Tensor Tensor::diagflat(int64_t offset) const { return reshape({-1}).diag(offset); }
Tensor diagflat(const Tensor& self, int64_t offset) { return self.diagflat(offset); }

Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> output_size) {
  HEARTH_CHECK_AS(ShapeError, repeats.dim() == 1,
                  "[repeat_interleave] repeat_interleave only accept 1D vector as repeat, got ",
                  repeats.sizes());
  return repeat_interleave(
      arange(repeats.size(0), TensorOptions(repeats.scalar_type()).device(repeats.device())),
      repeats, 0, output_size);
}

// ---- joins

namespace {

std::vector<Tensor> each(TensorList tensors, Tensor (*f)(const Tensor&)) {
  std::vector<Tensor> out;
  out.reserve(tensors.size());
  for (const Tensor& x : tensors) out.push_back(f(x));
  return out;
}

void check_some(std::string_view op, TensorList tensors) {
  HEARTH_CHECK_AS(ValueError, !tensors.empty(), "[", op, "] ", op,
                  " expects a non-empty TensorList");
}

/// Numbers and vectors as columns.
Tensor as_columns(const Tensor& t) { return t.dim() <= 1 ? t.reshape({t.numel(), 1}) : t; }

}  // namespace

Tensor concatenate(TensorList tensors, int64_t dim) { return cat(tensors, dim); }
Tensor column_stack(TensorList tensors) {
  check_some("column_stack", tensors);
  return hstack(each(tensors, &as_columns));
}
Tensor row_stack(TensorList tensors) { return vstack(tensors); }
std::vector<Tensor> atleast_1d(TensorList tensors) { return each(tensors, &atleast_1d); }
std::vector<Tensor> atleast_2d(TensorList tensors) { return each(tensors, &atleast_2d); }
std::vector<Tensor> atleast_3d(TensorList tensors) { return each(tensors, &atleast_3d); }

Tensor block_diag(TensorList tensors) {
  if (tensors.empty()) return empty({1, 0});
  Checked rows = 0, columns = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& t = tensors[i];
    HEARTH_CHECK_AS(ShapeError, t.dim() <= 2,
                    "[block_diag] torch.block_diag: Input tensors must have 2 or fewer dimensions. "
                    "Input ",
                    i, " has ", t.dim(), " dimensions");
    HEARTH_CHECK_AS(DeviceError, t.device() == tensors[0].device(),
                    "[block_diag] torch.block_diag: input tensors must all be on the same device. "
                    "Input 0 is on device ",
                    tensors[0].device(), " and input ", i, " is on device ", t.device(), ".");
    rows += t.dim() == 2 ? t.size(0) : 1;
    columns += t.dim() == 0 ? 1 : t.size(-1);
  }
  const Tensor out =
      zeros({rows.get("block_diag", "the rows of all blocks"),
             columns.get("block_diag", "the columns of all blocks")},
            TensorOptions(ops::result_type(ArgList(tensors))).device(tensors[0].device()));
  int64_t row = 0, column = 0;
  for (const Tensor& t : tensors) {
    const Tensor block = atleast_2d(t);
    const int64_t m = block.size(0), n = block.size(1);
    out.narrow(0, row, m).narrow(1, column, n).copy_(block);
    row += m;
    column += n;
  }
  return out;
}

Tensor cartesian_prod(TensorList tensors) {
  check_some("cartesian_prod", tensors);
  for (const Tensor& t : tensors)
    HEARTH_CHECK_AS(ShapeError, t.dim() == 1, "[cartesian_prod] Expect a 1D vector, but got shape ",
                    t.sizes());
  if (tensors.size() == 1) return tensors[0];
  std::vector<Tensor> columns = meshgrid(tensors);
  for (Tensor& t : columns) t = t.flatten();
  return stack(columns, 1);
}

Tensor combinations(const Tensor& self, int64_t r, bool with_replacement) {
  HEARTH_CHECK_AS(ShapeError, self.dim() == 1, "[combinations] Expect a 1D vector, but got shape ",
                  self.sizes());
  HEARTH_CHECK_AS(ValueError, r >= 0, "[combinations] Expect a non-negative number, but got ", r);
  if (r == 0) return empty({0}, self.options().requires_grad(false));
  const int64_t n = self.numel();
  if (n == 0 || (!with_replacement && r > n))
    return self.narrow(0, 0, 0).unsqueeze(1).expand({0, r}).clone(MemoryFormat::Contiguous);
  if (n == 1) return self.expand({1, r}).clone(MemoryFormat::Contiguous);
  // Each row of indices so far is followed by all indices that may come after its last one, so that
  // without replacement there are enough left for those after them. Kept are these, and of which
  // row they are; going back through that from the last column gives the others.
  const TensorOptions whole = TensorOptions(kLong).device(self.device());
  const auto end = [&](int64_t k) { return with_replacement ? n : n - (r - 1 - k); };
  std::vector<Tensor> last{arange(end(0), whole)}, of;
  for (int64_t k = 1; k < r; ++k) {
    const Tensor next = last.back() + (with_replacement ? 0 : 1);
    const Tensor counts = end(k) - next;
    of.push_back(repeat_interleave(counts, std::nullopt));
    const Tensor shift = next - (counts.cumsum(0) - counts);
    last.push_back(arange(of.back().numel(), whole) + shift.index_select(0, of.back()));
  }
  const Tensor rows = empty({last.back().numel(), r}, whole);
  rows.select(1, r - 1).copy_(last.back());
  Tensor row;
  for (int64_t k = r - 1; k-- > 0;) {
    const auto at = static_cast<size_t>(k);
    row = row.defined() ? of[at].index_select(0, row) : of[at];
    rows.select(1, k).copy_(last[at].index_select(0, row));
  }
  return self.index_select(0, rows.flatten()).view(rows.sizes());
}

Tensor flatten_dense_tensors(TensorList tensors) {
  std::vector<Tensor> flat;
  flat.reserve(tensors.size());
  for (const Tensor& t : tensors) flat.push_back(t.contiguous().view({-1}));
  return cat(flat);
}
std::vector<Tensor> unflatten_dense_tensors(const Tensor& flat, TensorList tensors) {
  std::vector<Tensor> out;
  out.reserve(tensors.size());
  int64_t at = 0;
  for (const Tensor& t : tensors) {
    out.push_back(t.numel() == 0 ? empty(t.sizes(), flat.options().requires_grad(false))
                                 : flat.narrow(0, at, t.numel()).view(t.sizes()));
    at += t.numel();
  }
  return out;
}

// ---- out forms

Tensor& cat_out(Tensor& out, TensorList tensors, int64_t dim) {
  const ops::Cat op{dim};
  const ArgList args(tensors);
  invoke({ops::Cat::row(), &op, args, {&out, 1}, Bind::Out});
  return out;
}
Tensor& concat_out(Tensor& out, TensorList tensors, int64_t dim) {
  return cat_out(out, tensors, dim);
}
Tensor& concatenate_out(Tensor& out, TensorList tensors, int64_t dim) {
  return cat_out(out, tensors, dim);
}
Tensor& stack_out(Tensor& out, TensorList tensors, int64_t dim) {
  return ops::copy_out("stack", out, stack(tensors, dim));
}
Tensor& hstack_out(Tensor& out, TensorList tensors) {
  return ops::copy_out("hstack", out, hstack(tensors));
}
Tensor& vstack_out(Tensor& out, TensorList tensors) {
  return ops::copy_out("vstack", out, vstack(tensors));
}
Tensor& dstack_out(Tensor& out, TensorList tensors) {
  return ops::copy_out("dstack", out, dstack(tensors));
}
Tensor& column_stack_out(Tensor& out, TensorList tensors) {
  return ops::copy_out("column_stack", out, column_stack(tensors));
}
Tensor& row_stack_out(Tensor& out, TensorList tensors) { return vstack_out(out, tensors); }
Tensor& block_diag_out(Tensor& out, TensorList tensors) {
  return ops::copy_out("block_diag", out, block_diag(tensors));
}
Tensor& narrow_copy_out(Tensor& out, const Tensor& self, int64_t dim, int64_t start,
                        int64_t length) {
  return ops::copy_out("narrow_copy", out, self.narrow(dim, start, length));
}
Tensor& flip_out(Tensor& out, const Tensor& self, IntArrayRef dims) {
  return invoke_out(ops::Flip{dims}, out, self);
}
Tensor& roll_out(Tensor& out, const Tensor& self, IntArrayRef shifts, IntArrayRef dims) {
  return ops::copy_out("roll", out, self.roll(shifts, dims));
}
Tensor& rot90_out(Tensor& out, const Tensor& self, int64_t k, IntArrayRef dims) {
  return ops::copy_out("rot90", out, self.rot90(k, dims));
}
Tensor& tril_out(Tensor& out, const Tensor& self, int64_t diagonal) {
  return invoke_out(ops::Triangle{false, diagonal}, out, self);
}
Tensor& triu_out(Tensor& out, const Tensor& self, int64_t diagonal) {
  return invoke_out(ops::Triangle{true, diagonal}, out, self);
}
Tensor& diag_out(Tensor& out, const Tensor& self, int64_t diagonal) {
  return ops::copy_out("diag", out, self.diag(diagonal));
}
Tensor& diag_embed_out(Tensor& out, const Tensor& self, int64_t offset, int64_t dim1,
                       int64_t dim2) {
  return ops::copy_out("diag_embed", out, self.diag_embed(offset, dim1, dim2));
}
Tensor& repeat_out(Tensor& out, const Tensor& self, IntArrayRef repeats) {
  return ops::copy_out("repeat", out, self.repeat(repeats));
}
Tensor& repeat_interleave_out(Tensor& out, const Tensor& repeats,
                              std::optional<int64_t> output_size) {
  return ops::copy_out("repeat_interleave", out, repeat_interleave(repeats, output_size));
}
Tensor& clone_out(Tensor& out, const Tensor& self, std::optional<MemoryFormat> format) {
  return ops::copy_out("clone", out, self.clone(format));
}

}  // namespace hearth
