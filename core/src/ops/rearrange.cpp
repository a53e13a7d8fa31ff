// SPDX-License-Identifier: Apache-2.0
// Shape functions made of views, joins and copies, and the rows of copies that rearrange.
#include "ops/rearrange.h"

#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/view.h"

#include "base/checked.h"
#include "ops/dims.h"
#include "ops/rules.h"
#include "tensor/host_read.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Flip)
HEARTH_DEFINE_OP(Triangle)

Specs Flip::infer(Args in) const {
  marked_dims(dims, impl(in[0]).dim(), "flip");
  return Spec::like(in[0]);
}
Grads Flip::vjp(const Saved&, Args g, NeedMask) const { return one(g[0].flip(dims)); }

Specs Triangle::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  HEARTH_CHECK_AS(ShapeError, t.dim() >= 2, "[", upper ? "triu" : "tril",
                  "] input tensor must have at least 2 dimensions, got ", t.dim());
  return Spec(t.sizes, t.dtype, t.device);
}
int64_t Triangle::diagonal_within(const TensorImpl& t) const {
  const size_t n = t.sizes.size();
  return std::clamp(diagonal, -t.sizes[n - 2], t.sizes[n - 1]);
}
Grads Triangle::vjp(const Saved&, Args g, NeedMask) const { return one(invoke(*this, g[0])); }

}  // namespace ops

Tensor Tensor::flip(IntArrayRef dims) const { return invoke(ops::Flip{dims}, *this); }
Tensor Tensor::tril(int64_t diagonal) const {
  return invoke(ops::Triangle{false, diagonal}, *this);
}
Tensor Tensor::triu(int64_t diagonal) const { return invoke(ops::Triangle{true, diagonal}, *this); }
const Tensor& Tensor::tril_(int64_t diagonal) const {
  return invoke_(ops::Triangle{false, diagonal}, *this);
}
const Tensor& Tensor::triu_(int64_t diagonal) const {
  return invoke_(ops::Triangle{true, diagonal}, *this);
}

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

namespace {

void check_output_size(int64_t size, std::optional<int64_t> output_size) {
  HEARTH_CHECK_AS(
      ShapeError, !output_size || size == *output_size,
      "[repeat_interleave] allocated size does not match required size: repeats sum to ", size,
      ", output_size is ", output_size.value_or(0));
}

}  // namespace

Tensor Tensor::repeat_interleave(const Tensor& repeats, std::optional<int64_t> dim,
                                 std::optional<int64_t> output_size) const {
  return hearth::repeat_interleave(*this, repeats, dim, output_size);
}
Tensor Tensor::repeat_interleave(int64_t repeats, std::optional<int64_t> dim,
                                 std::optional<int64_t> output_size) const {
  HEARTH_CHECK_AS(ValueError, repeats >= 0,
                  "[repeat_interleave] Repeats must be non-negative, got ", repeats);
  const Tensor self = dim && this->dim() > 0 ? *this : reshape({-1});
  const int64_t d = wrap_dim(dim.value_or(0), self.dim(), "repeat_interleave");
  DimVector grown(self.sizes());
  grown.insert(static_cast<size_t>(d) + 1, repeats);
  DimVector merged(self.sizes());
  int64_t& length = merged[static_cast<size_t>(d)];
  length = (Checked(length) * repeats).get("repeat_interleave", "repeats ", repeats);
  check_output_size(length, output_size);
  return self.unsqueeze(d + 1).expand(grown).clone(MemoryFormat::Contiguous).view(merged);
}

Tensor repeat_interleave(const Tensor& self, const Tensor& repeats, std::optional<int64_t> dim,
                         std::optional<int64_t> output_size) {
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
  check_host_read("repeat_interleave");
  const Tensor counts = repeats.to(kCPU, kLong).expand({n}).contiguous();
  const int64_t* count = ptr<int64_t>(counts);
  Checked total = 0;
  for (int64_t i = 0; i < n; ++i) {
    HEARTH_CHECK_AS(ValueError, count[i] >= 0, "[repeat_interleave] repeats can not be negative, ",
                    "got ", count[i]);
    total += count[i];
  }
  const int64_t size = total.get("repeat_interleave", "the sum of repeats");
  check_output_size(size, output_size);
  const Tensor at = new_tensor({size}, kLong, kCPU);
  int64_t* to = ptr<int64_t>(at);
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

}  // namespace hearth
