// SPDX-License-Identifier: Apache-2.0
// Shape functions made of views, joins and copies, and the functions that are Tensor's methods.
#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/view.h"

#include "base/checked.h"
#include "tensor/tensor_impl.h"

namespace hearth {

// ---- methods as functions

Tensor reshape(const Tensor& self, IntArrayRef sizes) { return self.reshape(sizes); }
Tensor flatten(const Tensor& self, int64_t start_dim, int64_t end_dim) {
  return self.flatten(start_dim, end_dim);
}
Tensor ravel(const Tensor& self) { return self.contiguous().view({-1}); }
Tensor unflatten(const Tensor& self, int64_t dim, IntArrayRef sizes) {
  return self.unflatten(dim, sizes);
}
Tensor permute(const Tensor& self, IntArrayRef dims) { return self.permute(dims); }
Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1) {
  return self.transpose(dim0, dim1);
}
Tensor swapaxes(const Tensor& self, int64_t a, int64_t b) { return self.transpose(a, b); }
Tensor swapdims(const Tensor& self, int64_t a, int64_t b) { return self.transpose(a, b); }
Tensor t(const Tensor& self) { return self.t(); }
Tensor movedim(const Tensor& self, IntArrayRef source, IntArrayRef destination) {
  return self.movedim(source, destination);
}
Tensor moveaxis(const Tensor& self, IntArrayRef source, IntArrayRef destination) {
  return self.movedim(source, destination);
}
Tensor squeeze(const Tensor& self) { return self.squeeze(); }
Tensor squeeze(const Tensor& self, int64_t dim) { return self.squeeze(dim); }
Tensor squeeze(const Tensor& self, IntArrayRef dims) { return self.squeeze(dims); }
Tensor unsqueeze(const Tensor& self, int64_t dim) { return self.unsqueeze(dim); }
Tensor select(const Tensor& self, int64_t dim, int64_t index) { return self.select(dim, index); }
Tensor slice(const Tensor& self, int64_t dim, std::optional<int64_t> start,
             std::optional<int64_t> end, int64_t step) {
  return self.slice(dim, start, end, step);
}
Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  return self.narrow(dim, start, length);
}
Tensor diagonal(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  return self.diagonal(offset, dim1, dim2);
}
Tensor as_strided(const Tensor& self, IntArrayRef sizes, IntArrayRef strides,
                  std::optional<int64_t> storage_offset) {
  return self.as_strided(sizes, strides, storage_offset);
}
Tensor broadcast_to(const Tensor& self, IntArrayRef sizes) { return self.expand(sizes); }
std::vector<Tensor> split(const Tensor& self, int64_t split_size, int64_t dim) {
  return self.split(split_size, dim);
}
std::vector<Tensor> split(const Tensor& self, IntArrayRef split_sizes, int64_t dim) {
  return self.split(split_sizes, dim);
}
std::vector<Tensor> split_with_sizes(const Tensor& self, IntArrayRef split_sizes, int64_t dim) {
  return self.split(split_sizes, dim);
}
std::vector<Tensor> chunk(const Tensor& self, int64_t chunks, int64_t dim) {
  return self.chunk(chunks, dim);
}
std::vector<Tensor> unbind(const Tensor& self, int64_t dim) { return self.unbind(dim); }
Tensor flip(const Tensor& self, IntArrayRef dims) { return self.flip(dims); }
Tensor fliplr(const Tensor& self) { return self.flip({1}); }
Tensor flipud(const Tensor& self) { return self.flip({0}); }
Tensor roll(const Tensor& self, IntArrayRef shifts, IntArrayRef dims) {
  return self.roll(shifts, dims);
}
Tensor tile(const Tensor& self, IntArrayRef dims) { return self.tile(dims); }
Tensor repeat_interleave(const Tensor& self, int64_t repeats, std::optional<int64_t> dim) {
  return self.repeat_interleave(repeats, dim);
}
Tensor tril(const Tensor& self, int64_t diagonal) { return self.tril(diagonal); }
Tensor triu(const Tensor& self, int64_t diagonal) { return self.triu(diagonal); }
Tensor diag(const Tensor& self, int64_t diagonal) { return self.diag(diagonal); }
Tensor clone(const Tensor& self, std::optional<MemoryFormat> format) { return self.clone(format); }

// ---- several dims at once

Tensor Tensor::movedim(IntArrayRef source, IntArrayRef destination) const {
  HEARTH_CHECK_AS(ShapeError, source.size() == destination.size(),
                  "[movedim] movedim: Invalid source or destination dims: source (", source,
                  " dims) should contain the same number of dims as destination (", destination,
                  " dims)");
  const auto n = static_cast<size_t>(dim());
  DimVector order(n, -1), taken(n, 0);
  for (size_t i = 0; i < source.size(); ++i) {
    const int64_t from = wrap_dim(source[i], dim(), "movedim");
    const auto to = static_cast<size_t>(wrap_dim(destination[i], dim(), "movedim"));
    if (n == 0) return *this;
    HEARTH_CHECK_AS(ShapeError, !taken[static_cast<size_t>(from)] && order[to] < 0,
                    "[movedim] movedim: repeated dim in source (", source, ") or destination (",
                    destination, ")");
    taken[static_cast<size_t>(from)] = 1;
    order[to] = from;
  }
  // The other dims keep their order.
  size_t next = 0;
  for (int64_t& d : order) {
    if (d >= 0) continue;
    while (taken[next]) ++next;
    d = static_cast<int64_t>(next++);
  }
  return permute(order);
}

Tensor Tensor::roll(IntArrayRef shifts, IntArrayRef dims) const {
  HEARTH_CHECK_AS(ValueError, !shifts.empty(), "[roll] `shifts` required");
  if (dims.empty()) {
    HEARTH_CHECK_AS(ValueError, shifts.size() == 1,
                    "[roll] shifts and dimensions must align. shifts: ", shifts.size(), ", dims:0");
    return reshape({-1}).roll(shifts, {0}).view(sizes());
  }
  HEARTH_CHECK_AS(ValueError, shifts.size() == dims.size(),
                  "[roll] shifts and dimensions must align. shifts: ", shifts.size(),
                  ", dims:", dims.size());
  Tensor out = *this;
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t n = size(dims[i]);
    if (numel() == 0) continue;
    const int64_t first = ((n - shifts[i] % n) % n + n) % n;
    out = cat({out.narrow(dims[i], first, n - first), out.narrow(dims[i], 0, first)}, dims[i]);
  }
  return out.is_same(*this) ? clone() : out;
}

Tensor Tensor::repeat(IntArrayRef repeats) const {
  HEARTH_CHECK_AS(ShapeError, static_cast<int64_t>(repeats.size()) >= dim(),
                  "[repeat] Number of dimensions of repeat dims can not be smaller than number of "
                  "dimensions of tensor: got ",
                  repeats, " for sizes ", sizes());
  const size_t lead = repeats.size() - static_cast<size_t>(dim());
  // [n] becomes [1, n], is expanded to [r, n] and copied to [r * n]. Ones are left out, which keeps
  // the number of dims below the logarithm of the number of elements.
  DimVector split, grown, merged;
  for (size_t d = 0; d < repeats.size(); ++d) {
    HEARTH_CHECK_AS(ShapeError, repeats[d] >= 0, "[repeat] negative repeats: ", repeats);
    const int64_t n = d < lead ? 1 : sizes()[d - lead];
    merged.push_back((Checked(repeats[d]) * n).get("repeat", "repeats ", repeats));
    if (repeats[d] != 1) {
      split.push_back(1);
      grown.push_back(repeats[d]);
    }
    if (n != 1) {
      split.push_back(n);
      grown.push_back(n);
    }
  }
  return reshape(split).expand(grown).clone(MemoryFormat::Contiguous).view(merged);
}

Tensor Tensor::tile(IntArrayRef dims) const {
  DimVector repeats(dims);
  while (static_cast<int64_t>(repeats.size()) < dim()) repeats.insert(0, 1);
  return repeat(repeats);
}

Tensor Tensor::repeat_interleave(const Tensor& repeats, std::optional<int64_t> dim) const {
  return hearth::repeat_interleave(*this, repeats, dim);
}
Tensor Tensor::repeat_interleave(int64_t repeats, std::optional<int64_t> dim) const {
  HEARTH_CHECK_AS(ValueError, repeats >= 0,
                  "[repeat_interleave] Repeats must be non-negative, got ", repeats);
  const Tensor self = dim && this->dim() > 0 ? *this : reshape({-1});
  const int64_t d = wrap_dim(dim.value_or(0), self.dim(), "repeat_interleave");
  DimVector grown(self.sizes());
  grown.insert(static_cast<size_t>(d) + 1, repeats);
  DimVector merged(self.sizes());
  int64_t& length = merged[static_cast<size_t>(d)];
  length = (Checked(length) * repeats).get("repeat_interleave", "repeats ", repeats);
  return self.unsqueeze(d + 1).expand(grown).clone(MemoryFormat::Contiguous).view(merged);
}

Tensor repeat_interleave(const Tensor& self, const Tensor& repeats, std::optional<int64_t> dim) {
  const Tensor base = dim ? self : self.reshape({-1});
  const int64_t d = dim.value_or(0), n = base.size(d);
  HEARTH_CHECK_AS(DtypeError, is_integral(repeats.scalar_type()),
                  "[repeat_interleave] repeats has to be an integer tensor, got ",
                  repeats.scalar_type());
  HEARTH_CHECK_AS(ShapeError, repeats.dim() <= 1 && (repeats.numel() == 1 || repeats.numel() == n),
                  "[repeat_interleave] repeats must have the same size as input along dim, but got "
                  "repeats.size(0) = ",
                  repeats.numel(), " and input.size(", d, ") = ", n);
  // How many there are decides on the size of the result, so they have to be read.
  const Tensor counts = repeats.to(kCPU, kLong).expand({n}).contiguous();
  const int64_t* count = counts.const_data_ptr<int64_t>();
  Checked total = 0;
  for (int64_t i = 0; i < n; ++i) {
    HEARTH_CHECK_AS(ValueError, count[i] >= 0, "[repeat_interleave] repeats can not be negative, ",
                    "got ", count[i]);
    total += count[i];
  }
  const Tensor at = empty({total.get("repeat_interleave", "the sum of repeats")}, kLong);
  int64_t* to = at.data_ptr<int64_t>();
  for (int64_t i = 0; i < n; ++i) to = std::fill_n(to, count[i], i);
  return base.index_select(d, at.to(base.device()));
}

Tensor Tensor::diag(int64_t diagonal) const {
  HEARTH_CHECK_AS(ShapeError, dim() == 1 || dim() == 2,
                  "[diag] diag(): Supports 1D or 2D tensors. Got ", dim(), "D");
  return dim() == 1 ? hearth::diag_embed(*this, diagonal) : this->diagonal(diagonal).clone();
}

Tensor Tensor::diag_embed(int64_t offset, int64_t dim1, int64_t dim2) const {
  return hearth::diag_embed(*this, offset, dim1, dim2);
}
Tensor diag_embed(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  HEARTH_CHECK_AS(ShapeError, self.dim() > 0, "[diag_embed] expected at least one dimension");
  const int64_t n = self.dim() + 1;
  const int64_t a = wrap_dim(dim1, n, "diag_embed"), b = wrap_dim(dim2, n, "diag_embed");
  HEARTH_CHECK_AS(ValueError, a != b, "[diag_embed] diagonal dimensions cannot be identical ", dim1,
                  ", ", dim2);
  const Checked shift = offset < 0 ? Checked(0) - offset : offset;
  const int64_t side = (shift + self.size(-1)).get("diag_embed", "offset ", offset);
  DimVector sizes(self.sizes().slice(0, self.sizes().size() - 1));
  sizes.insert(static_cast<size_t>(std::min(a, b)), side);
  sizes.insert(static_cast<size_t>(std::max(a, b)), side);
  const Tensor out = zeros(sizes, self.options());
  out.diagonal(offset, a, b).copy_(self);
  return out;
}

// ---- several tensors

std::vector<Tensor> broadcast_tensors(TensorList tensors) {
  DimVector sizes;
  for (const Tensor& x : tensors) sizes = broadcast_shapes(sizes, x.sizes(), "broadcast_tensors");
  std::vector<Tensor> out;
  for (const Tensor& x : tensors) out.push_back(x.expand(sizes));
  return out;
}

Tensor atleast_1d(const Tensor& self) { return self.dim() == 0 ? self.reshape({1}) : self; }
Tensor atleast_2d(const Tensor& self) {
  return self.dim() >= 2 ? self : atleast_1d(self).unsqueeze(0);
}
Tensor atleast_3d(const Tensor& self) {
  return self.dim() >= 3 ? self : atleast_2d(self).unsqueeze(-1);
}

namespace {

std::vector<Tensor> each(TensorList tensors, Tensor (*f)(const Tensor&)) {
  std::vector<Tensor> out;
  for (const Tensor& x : tensors) out.push_back(f(x));
  return out;
}

}  // namespace

Tensor hstack(TensorList tensors) {
  const std::vector<Tensor> parts = each(tensors, &atleast_1d);
  return cat(parts, !parts.empty() && parts[0].dim() > 1 ? 1 : 0);
}
Tensor vstack(TensorList tensors) { return cat(each(tensors, &atleast_2d), 0); }
Tensor dstack(TensorList tensors) { return cat(each(tensors, &atleast_3d), 2); }

std::vector<Tensor> meshgrid(TensorList tensors, std::string_view indexing) {
  HEARTH_CHECK_AS(ValueError, !tensors.empty(),
                  "[meshgrid] meshgrid expects a non-empty TensorList");
  HEARTH_CHECK_AS(ValueError, indexing == "ij" || indexing == "xy",
                  "[meshgrid] indexing must be one of \"xy\" or \"ij\", but received: ", indexing);
  const size_t n = tensors.size();
  DimVector sizes;
  for (const Tensor& x : tensors) {
    HEARTH_CHECK_AS(ShapeError, x.dim() <= 1,
                    "[meshgrid] Expected 0D or 1D tensor in the tensor list but got sizes ",
                    x.sizes());
    HEARTH_CHECK_AS(DtypeError, x.scalar_type() == tensors[0].scalar_type(),
                    "[meshgrid] meshgrid expects all tensors to have the same dtype");
    sizes.push_back(x.numel());
  }
  const bool swap = indexing == "xy" && n >= 2;
  std::vector<Tensor> out;
  for (size_t i = 0; i < n; ++i) {
    DimVector own(n, 1);
    own[i] = -1;
    const Tensor grid = tensors[i].reshape(own).expand(sizes);
    out.push_back(swap ? grid.transpose(0, 1) : grid);
  }
  return out;
}

// ---- creation

Tensor eye(int64_t n, int64_t m, const TensorOptions& options) {
  HEARTH_CHECK_AS(ValueError, n >= 0 && m >= 0, "[eye] n must be greater or equal to 0, got ", n,
                  " and ", m);
  const Tensor out = zeros({n, m}, options.requires_grad(false));
  out.diagonal().fill_(1);
  if (options.requires_grad()) out.set_requires_grad(true);
  return out;
}
Tensor eye(int64_t n, const TensorOptions& options) { return eye(n, n, options); }

namespace {

/// How many elements of a matrix lie on or below a diagonal, for -rows <= diagonal <= columns.
Checked count_lower(int64_t rows, int64_t columns, int64_t diagonal) {
  // Rows from `first` on have one element more each, up to `full`.
  const int64_t first = std::min(std::max<int64_t>(-diagonal, 0), rows);
  const Checked reached = Checked(columns) - 1 - diagonal;
  const int64_t full = std::clamp(reached.value_or(INT64_MAX), first, rows);
  const int64_t growing = full - first;
  const bool odd = growing % 2 != 0;
  const Checked pairs =
      odd ? Checked((growing - 1) / 2) * growing : Checked(growing / 2) * (growing - 1);
  return Checked(growing) * (first + diagonal + 1) + pairs + (Checked(rows) - full) * columns;
}

/// The indices [2, n] of a triangle's elements: `upper` is on and above the diagonal.
Tensor triangle_indices(std::string_view op, int64_t row, int64_t col, int64_t offset, bool upper,
                        const TensorOptions& options) {
  HEARTH_CHECK_AS(ValueError, row >= 0, "[", op, "] row must be non-negative, got ", row);
  HEARTH_CHECK_AS(ValueError, col >= 0, "[", op, "] col must be non-negative, got ", col);
  const int64_t d = std::clamp(offset, -row, col);
  const Checked count = upper ? count_lower(col, row, -d) : count_lower(row, col, d);
  const int64_t n = count.get(op, "a triangle of ", row, " rows and ", col, " columns");
  const Tensor out = empty({2, n}, kLong);
  int64_t* rows = out.data_ptr<int64_t>();
  int64_t* columns = rows + n;
  for (int64_t r = upper ? 0 : std::max<int64_t>(-d, 0), at = 0; at < n; ++r) {
    const int64_t first = upper ? std::max<int64_t>(r + d, 0) : 0;
    const int64_t last = upper ? col : std::min(r + d + 1, col);
    for (int64_t c = first; c < last; ++c, ++at) {
      rows[at] = r;
      columns[at] = c;
    }
  }
  return out.to(options.dtype(options.dtype_opt().value_or(kLong)).device(options.device()));
}

}  // namespace

Tensor tril_indices(int64_t row, int64_t col, int64_t offset, const TensorOptions& options) {
  return triangle_indices("tril_indices", row, col, offset, false, options);
}
Tensor triu_indices(int64_t row, int64_t col, int64_t offset, const TensorOptions& options) {
  return triangle_indices("triu_indices", row, col, offset, true, options);
}

}  // namespace hearth
