// SPDX-License-Identifier: Apache-2.0
#include "ops/view.h"

#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "base/checked.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(View)
HEARTH_DEFINE_OP(Permute)
HEARTH_DEFINE_OP(Transpose)
HEARTH_DEFINE_OP(Expand)
HEARTH_DEFINE_OP(Slice)
HEARTH_DEFINE_OP(Select)
HEARTH_DEFINE_OP(Squeeze)
HEARTH_DEFINE_OP(Unsqueeze)
HEARTH_DEFINE_OP(SplitWithSizes)
HEARTH_DEFINE_OP(Unbind)

namespace {

/// A view spec of `t` with other sizes and strides.
Spec view_of(const TensorImpl& t, DimVector sizes, DimVector strides, int64_t offset) {
  Spec s(std::move(sizes), std::move(strides), t.dtype, t.device);
  s.offset = offset;
  return s;
}

/// The offset of position i of a dim. It overflows, in elements or bytes, only where the result has
/// no elements, and there any offset will do.
int64_t offset_at(const TensorImpl& t, size_t dim, int64_t i) {
  constexpr int64_t kMaxElementSize = 16;
  const Checked offset = Checked(i) * t.strides[dim] + t.offset;
  return (offset * kMaxElementSize).fits() ? offset.value_or(0) : t.offset;
}

Grads one(Tensor g) {
  Grads grads;
  grads.push_back(std::move(g));
  return grads;
}

Tensor zeros_of(const Spec& s) { return zeros(s.sizes, TensorOptions(s.dtype).device(s.device)); }

/// The gradient's shape taken back to the input's.
Grads reshape_back(const Saved& s, Args g) { return one(g[0].reshape(s.in_spec(0).sizes)); }

}  // namespace

Specs View::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  DimVector to = infer_size(sizes, t.numel);
  std::optional<DimVector> strides = view_strides(t.sizes, t.strides, to);
  HEARTH_CHECK_AS(ShapeError, strides, "[view] view size ", to.ref(),
                  " is not compatible with input tensor's size ", t.sizes.ref(), " and stride ",
                  t.strides.ref(),
                  " (at least one dimension spans across two contiguous subspaces). Use "
                  ".reshape(...) instead.");
  return view_of(t, std::move(to), std::move(*strides), t.offset);
}
Grads View::vjp(const Saved& s, Args g, NeedMask) const { return reshape_back(s, g); }

Specs Permute::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  const size_t n = t.sizes.size();
  HEARTH_CHECK_AS(ShapeError, dims.size() == n,
                  "[permute] number of dimensions in the tensor input does not match the length of "
                  "the desired ordering of dimensions: expected ",
                  n, " dims, got ", dims.ref());
  DimVector sizes(n, 0), strides(n, 0);
  DimVector seen(n, 0);
  for (size_t d = 0; d < n; ++d) {
    const auto from = static_cast<size_t>(wrap_dim(dims[d], t.dim(), "permute"));
    HEARTH_CHECK_AS(ShapeError, !seen[from], "[permute] repeated dim in ", dims.ref());
    seen[from] = 1;
    sizes[d] = t.sizes[from];
    strides[d] = t.strides[from];
  }
  return view_of(t, std::move(sizes), std::move(strides), t.offset);
}
Grads Permute::vjp(const Saved&, Args g, NeedMask) const {
  DimVector inverse(dims.size(), 0);
  for (size_t d = 0; d < dims.size(); ++d)
    inverse[static_cast<size_t>(wrap_dim(dims[d], static_cast<int64_t>(dims.size()), "permute"))] =
        static_cast<int64_t>(d);
  return one(g[0].permute(inverse));
}

Specs Transpose::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  DimVector sizes = t.sizes, strides = t.strides;
  const auto a = static_cast<size_t>(wrap_dim(dim0, t.dim(), "transpose"));
  const auto b = static_cast<size_t>(wrap_dim(dim1, t.dim(), "transpose"));
  if (t.dim() > 0) {
    std::swap(sizes[a], sizes[b]);
    std::swap(strides[a], strides[b]);
  }
  return view_of(t, std::move(sizes), std::move(strides), t.offset);
}
Grads Transpose::vjp(const Saved&, Args g, NeedMask) const {
  return one(g[0].transpose(dim0, dim1));
}

Specs Expand::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  const size_t n = sizes.size(), own = t.sizes.size();
  HEARTH_CHECK_AS(ShapeError, n >= own, "[expand] the number of sizes provided (", n,
                  ") must be greater or equal to the number of dimensions in the tensor (", own,
                  ")");
  DimVector to(n, 0), strides(n, 0);
  for (size_t d = 0; d < n; ++d) {
    const bool fresh = d < n - own;
    const int64_t have = fresh ? 1 : t.sizes[d - (n - own)];
    int64_t want = sizes[d];
    if (want == -1) {
      HEARTH_CHECK_AS(ShapeError, !fresh,
                      "[expand] the expanded size of the tensor (-1) isn't "
                      "allowed in a leading, non-existing dimension ",
                      d);
      want = have;
    }
    HEARTH_CHECK_AS(ShapeError, want >= 0 && (have == want || have == 1),
                    "[expand] The expanded size of the tensor (", want,
                    ") must match the existing size (", have, ") at non-singleton dimension ", d,
                    ".  Target sizes: ", sizes.ref(), ".  Tensor sizes: ", t.sizes.ref());
    to[d] = want;
    strides[d] = have == want && !fresh ? t.strides[d - (n - own)] : 0;
  }
  return view_of(t, std::move(to), std::move(strides), t.offset);
}
// The engine sums broadcast gradients back to the input's size.
Grads Expand::vjp(const Saved&, Args g, NeedMask) const { return one(g[0]); }

Specs Slice::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  HEARTH_CHECK_AS(ShapeError, t.dim() > 0, "[slice] slice() cannot be applied to a 0-dim tensor.");
  HEARTH_CHECK_AS(ValueError, step > 0, "[slice] slice step must be positive, got ", step);
  const auto d = static_cast<size_t>(wrap_dim(dim, t.dim(), "slice"));
  const int64_t size = t.sizes[d];
  const auto clip = [&](int64_t i) { return std::clamp<int64_t>(i < 0 ? i + size : i, 0, size); };
  const int64_t first = clip(start.value_or(0));
  const int64_t last = std::max(first, clip(end.value_or(size)));
  DimVector sizes = t.sizes, strides = t.strides;
  sizes[d] = ceil_div(last - first, step);
  strides[d] = stride_of(step, strides[d]);
  return view_of(t, std::move(sizes), std::move(strides), offset_at(t, d, first));
}
Grads Slice::vjp(const Saved& s, Args g, NeedMask) const {
  Tensor full = zeros_of(s.in_spec(0));
  full.slice(dim, start, end, step).copy_(g[0]);
  return one(std::move(full));
}

Specs Select::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  HEARTH_CHECK_AS(IndexError, t.dim() > 0,
                  "[select] select() cannot be applied to a 0-dim tensor.");
  const auto d = static_cast<size_t>(wrap_dim(dim, t.dim(), "select"));
  const int64_t size = t.sizes[d];
  HEARTH_CHECK_AS(IndexError, index >= -size && index < size, "[select] select(): index ", index,
                  " out of range for tensor of size ", t.sizes.ref(), " at dimension ", d);
  DimVector sizes = t.sizes, strides = t.strides;
  sizes.erase(d);
  strides.erase(d);
  const int64_t i = index < 0 ? index + size : index;
  return view_of(t, std::move(sizes), std::move(strides), offset_at(t, d, i));
}
Grads Select::vjp(const Saved& s, Args g, NeedMask) const {
  Tensor full = zeros_of(s.in_spec(0));
  full.select(dim, index).copy_(g[0]);
  return one(std::move(full));
}

Specs Squeeze::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  DimVector drop(t.sizes.size(), dims ? 0 : 1);
  if (dims) {
    for (int64_t d : *dims) {
      const auto at = static_cast<size_t>(wrap_dim(d, t.dim(), "squeeze"));
      if (at < drop.size()) drop[at] = 1;
    }
  }
  DimVector sizes, strides;
  for (size_t d = 0; d < t.sizes.size(); ++d) {
    if (drop[d] && t.sizes[d] == 1) continue;
    sizes.push_back(t.sizes[d]);
    strides.push_back(t.strides[d]);
  }
  return view_of(t, std::move(sizes), std::move(strides), t.offset);
}
Grads Squeeze::vjp(const Saved& s, Args g, NeedMask) const { return reshape_back(s, g); }

Specs Unsqueeze::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  const auto d = static_cast<size_t>(wrap_dim(dim, t.dim() + 1, "unsqueeze"));
  DimVector sizes = t.sizes, strides = t.strides;
  strides.insert(d, d < sizes.size() ? stride_of(sizes[d], strides[d]) : 1);
  sizes.insert(d, 1);
  return view_of(t, std::move(sizes), std::move(strides), t.offset);
}
Grads Unsqueeze::vjp(const Saved& s, Args g, NeedMask) const { return reshape_back(s, g); }

namespace {

/// Every part of a split costs a tensor.
void check_parts(std::string_view op, int64_t n) {
  constexpr int64_t kMost = int64_t{1} << 20;
  HEARTH_CHECK_AS(ValueError, n <= kMost, "[", op, "] ", n, " parts are more than the ", kMost,
                  " that one call makes; split in several steps");
}

}  // namespace

Specs SplitWithSizes::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  HEARTH_CHECK_AS(ShapeError, t.dim() > 0, "[split] split expects at least a 1-dimensional tensor");
  const auto d = static_cast<size_t>(wrap_dim(dim, t.dim(), "split"));
  Checked total = 0;
  for (int64_t n : split_sizes) {
    HEARTH_CHECK_AS(ShapeError, n >= 0, "[split] split sizes must not be negative, got ",
                    split_sizes.ref());
    total += n;
  }
  HEARTH_CHECK_AS(ShapeError, total.is(t.sizes[d]),
                  "[split] split_with_sizes expects split_sizes to sum exactly to ", t.sizes[d],
                  " (input tensor's size at dimension ", d,
                  "), but got split_sizes=", split_sizes.ref());
  Specs out;
  int64_t first = 0;
  for (int64_t n : split_sizes) {
    DimVector sizes = t.sizes;
    sizes[d] = n;
    out.out.push_back(view_of(t, std::move(sizes), t.strides, offset_at(t, d, first)));
    first += n;
  }
  return out;
}
Grads SplitWithSizes::vjp(const Saved& s, Args g, NeedMask) const {
  std::vector<Tensor> parts;
  for (size_t i = 0; i < g.size(); ++i)
    parts.push_back(g[i].defined() ? g[i] : zeros_of(s.out_spec(i)));
  return one(cat(parts, dim));
}

Specs Unbind::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  HEARTH_CHECK_AS(ShapeError, t.dim() > 0, "[unbind] dimension specified as ", dim,
                  " but tensor has no dimensions");
  const auto d = static_cast<size_t>(wrap_dim(dim, t.dim(), "unbind"));
  Specs out;
  DimVector sizes = t.sizes, strides = t.strides;
  sizes.erase(d);
  strides.erase(d);
  check_parts("unbind", t.sizes[d]);
  for (int64_t i = 0; i < t.sizes[d]; ++i)
    out.out.push_back(view_of(t, sizes, strides, offset_at(t, d, i)));
  return out;
}
Grads Unbind::vjp(const Saved& s, Args g, NeedMask) const {
  std::vector<Tensor> parts;
  for (size_t i = 0; i < g.size(); ++i)
    parts.push_back(g[i].defined() ? g[i] : zeros_of(s.out_spec(i)));
  return one(stack(parts, dim));
}

}  // namespace ops

namespace {

std::vector<Tensor> to_vector(Tensors&& list) {
  std::vector<Tensor> out;
  out.reserve(list.size());
  for (Tensor& t : list) out.push_back(std::move(t));
  return out;
}

template <class Op>
std::vector<Tensor> view_list(const Op& op, const Tensor& x) {
  const Tensor* in = &x;
  return to_vector(invoke_list(Op::row(), &op, Args(&in, 1)));
}

}  // namespace

Tensor Tensor::view(IntArrayRef sizes) const { return invoke(ops::View{sizes}, *this); }

Tensor Tensor::reshape(IntArrayRef sizes) const {
  const TensorImpl& t = impl(*this);
  const DimVector to = infer_size(sizes, t.numel);
  if (view_strides(t.sizes, t.strides, to)) return view(to);
  return clone(MemoryFormat::Contiguous).view(to);
}

Tensor Tensor::flatten(int64_t start_dim, int64_t end_dim) const {
  const TensorImpl& t = impl(*this);
  const int64_t first = wrap_dim(start_dim, t.dim(), "flatten");
  const int64_t last = wrap_dim(end_dim, t.dim(), "flatten");
  HEARTH_CHECK_AS(ShapeError, first <= last,
                  "[flatten] flatten() has invalid args: start_dim cannot come after end_dim, got ",
                  start_dim, " and ", end_dim);
  if (t.dim() == 0) return reshape({1});
  if (first == last) return *this;
  DimVector sizes;
  for (int64_t d = 0; d < t.dim(); ++d) {
    const int64_t n = t.sizes[static_cast<size_t>(d)];
    if (d < first || d > last) {
      sizes.push_back(n);
    } else if (d == last) {
      sizes.push_back(checked_numel(
          t.sizes.ref().slice(static_cast<size_t>(first), static_cast<size_t>(last - first + 1))));
    }
  }
  return reshape(sizes);
}

Tensor Tensor::unflatten(int64_t dim, IntArrayRef sizes) const {
  const TensorImpl& t = impl(*this);
  const auto d = static_cast<size_t>(wrap_dim(dim, t.dim(), "unflatten"));
  const DimVector parts = infer_size(sizes, t.sizes[d]);
  DimVector to;
  for (size_t i = 0; i < t.sizes.size(); ++i) {
    if (i != d) {
      to.push_back(t.sizes[i]);
      continue;
    }
    for (int64_t p : parts) to.push_back(p);
  }
  return view(to);
}

Tensor Tensor::permute(IntArrayRef dims) const { return invoke(ops::Permute{dims}, *this); }
Tensor Tensor::transpose(int64_t dim0, int64_t dim1) const {
  return invoke(ops::Transpose{dim0, dim1}, *this);
}
Tensor Tensor::t() const {
  HEARTH_CHECK_AS(ShapeError, dim() <= 2,
                  "[t] t() expects a tensor with <= 2 dimensions, but self is ", dim(), "D");
  return dim() < 2 ? *this : transpose(0, 1);
}
Tensor Tensor::expand(IntArrayRef sizes, bool) const { return invoke(ops::Expand{sizes}, *this); }
Tensor Tensor::squeeze() const { return invoke(ops::Squeeze{}, *this); }
Tensor Tensor::squeeze(int64_t dim) const { return invoke(ops::Squeeze{DimVector{dim}}, *this); }
Tensor Tensor::squeeze(IntArrayRef dims) const {
  return invoke(ops::Squeeze{DimVector(dims)}, *this);
}
Tensor Tensor::unsqueeze(int64_t dim) const { return invoke(ops::Unsqueeze{dim}, *this); }
Tensor Tensor::select(int64_t dim, int64_t index) const {
  return invoke(ops::Select{dim, index}, *this);
}
Tensor Tensor::slice(int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
                     int64_t step) const {
  return invoke(ops::Slice{dim, start, end, step}, *this);
}

Tensor Tensor::narrow(int64_t dim, int64_t start, int64_t length) const {
  const int64_t size = this->size(dim);
  HEARTH_CHECK_AS(IndexError, start >= -size && start <= size, "[narrow] start (", start,
                  ") must be within [", -size, ", ", size, "]");
  const int64_t first = start < 0 ? start + size : start;
  HEARTH_CHECK_AS(IndexError, length >= 0 && length <= size - first, "[narrow] start (", first,
                  ") + length (", length, ") exceeds dimension size (", size, ").");
  return slice(dim, first, first + length, 1);
}

std::vector<Tensor> Tensor::split_with_sizes(IntArrayRef split_sizes, int64_t dim) const {
  return view_list(ops::SplitWithSizes{split_sizes, dim}, *this);
}
std::vector<Tensor> Tensor::split(IntArrayRef split_sizes, int64_t dim) const {
  return split_with_sizes(split_sizes, dim);
}
std::vector<Tensor> Tensor::split(int64_t split_size, int64_t dim) const {
  const int64_t size = this->size(dim);
  HEARTH_CHECK_AS(ValueError, split_size > 0 || (split_size == 0 && size == 0),
                  "[split] split expects split_size be positive, but got split_size=", split_size);
  const int64_t parts = size == 0 ? 1 : ceil_div(size, split_size);
  ops::check_parts("split", parts);
  DimVector sizes(static_cast<size_t>(parts), split_size);
  sizes[sizes.size() - 1] = size - (parts - 1) * split_size;
  return split_with_sizes(sizes, dim);
}
std::vector<Tensor> Tensor::chunk(int64_t chunks, int64_t dim) const {
  HEARTH_CHECK_AS(ValueError, chunks > 0,
                  "[chunk] chunk expects `chunks` to be greater than 0, got: ", chunks);
  const int64_t size = this->size(dim);
  if (size > 0) return split(ceil_div(size, chunks), dim);
  ops::check_parts("chunk", chunks);
  return split_with_sizes(DimVector(static_cast<size_t>(chunks), 0), dim);
}
std::vector<Tensor> Tensor::unbind(int64_t dim) const { return view_list(ops::Unbind{dim}, *this); }

Tensor Tensor::sum_to_size(IntArrayRef sizes) const {
  const TensorImpl& t = impl(*this);
  if (t.sizes == sizes) return *this;
  const size_t lead = t.sizes.size() - std::min(t.sizes.size(), sizes.size());
  HEARTH_CHECK_AS(ShapeError, t.sizes.size() >= sizes.size(), "[sum_to_size] size ", sizes,
                  " is not expandable to size ", t.sizes.ref());
  DimVector dims;
  for (size_t d = 0; d < lead; ++d) dims.push_back(static_cast<int64_t>(d));
  for (size_t d = lead; d < t.sizes.size(); ++d) {
    if (sizes[d - lead] == t.sizes[d]) continue;
    HEARTH_CHECK_AS(ShapeError, sizes[d - lead] == 1, "[sum_to_size] size ", sizes,
                    " is not expandable to size ", t.sizes.ref());
    dims.push_back(static_cast<int64_t>(d));
  }
  const Tensor summed = dims.empty() ? *this : sum(dims, /*keepdim=*/true);
  return lead > 0 ? summed.view(sizes) : summed;
}

const Tensor& Tensor::transpose_(int64_t dim0, int64_t dim1) const {
  return invoke_(ops::Transpose{dim0, dim1}, *this);
}
const Tensor& Tensor::t_() const {
  HEARTH_CHECK_AS(ShapeError, dim() <= 2,
                  "[t_] t_() expects a tensor with <= 2 dimensions, but self is ", dim(), "D");
  return transpose_(0, dim() < 2 ? 0 : 1);
}
const Tensor& Tensor::squeeze_() const { return invoke_(ops::Squeeze{}, *this); }
const Tensor& Tensor::squeeze_(int64_t dim) const {
  return invoke_(ops::Squeeze{DimVector{dim}}, *this);
}
const Tensor& Tensor::squeeze_(IntArrayRef dims) const {
  return invoke_(ops::Squeeze{DimVector(dims)}, *this);
}
const Tensor& Tensor::unsqueeze_(int64_t dim) const { return invoke_(ops::Unsqueeze{dim}, *this); }

}  // namespace hearth
