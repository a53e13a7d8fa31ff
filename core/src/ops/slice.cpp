// SPDX-License-Identifier: Apache-2.0
#include "ops/slice.h"

#include <algorithm>

#include "hearth/ops/view.h"

#include "base/checked.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Slice)
HEARTH_DEFINE_OP(Select)
HEARTH_DEFINE_OP(SplitWithSizes)
HEARTH_DEFINE_OP(Unbind)

namespace {

/// The offset of position i of a dim. It overflows, in elements or bytes, only where the result has
/// no elements, and there any offset will do.
int64_t offset_at(const TensorImpl& t, size_t dim, int64_t i) {
  constexpr int64_t kMaxElementSize = 16;
  const Checked offset = Checked(i) * t.strides[dim] + t.offset;
  return (offset * kMaxElementSize).fits() ? offset.value_or(0) : t.offset;
}

}  // namespace

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

void check_parts(std::string_view op, int64_t n) {
  constexpr int64_t kMost = int64_t{1} << 20;
  HEARTH_CHECK_AS(ValueError, n <= kMost, "[", op, "] ", n, " parts are more than the ", kMost,
                  " that one call makes; split in several steps");
}

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
  HEARTH_CHECK_AS(
      ValueError, split_size != 0 || size == 0,
      "[split] split_size can only be 0 if dimension size is 0, but got dimension size of ", size);
  HEARTH_CHECK_AS(
      ValueError, split_size >= 0,
      "[split] split expects split_size be non-negative, but got split_size=", split_size);
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

}  // namespace hearth
