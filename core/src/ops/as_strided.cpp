// SPDX-License-Identifier: Apache-2.0
#include "ops/as_strided.h"

#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/view.h"

#include "base/checked.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(AsStrided)
HEARTH_DEFINE_OP(Unfold)
HEARTH_DEFINE_OP(UnfoldBackward)
HEARTH_DEFINE_OP(Diagonal)

namespace {

/// False when no two elements can be the same one.
bool may_overlap(const DimVector& sizes, const DimVector& strides) {
  DimVector order(sizes.size(), 0);
  for (size_t d = 0; d < sizes.size(); ++d) order[d] = static_cast<int64_t>(d);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return strides[static_cast<size_t>(a)] < strides[static_cast<size_t>(b)];
  });
  int64_t reach = 0;  // of the dims of smaller strides
  for (int64_t i : order) {
    const auto d = static_cast<size_t>(i);
    if (sizes[d] == 1) continue;
    if (strides[d] <= reach) return true;
    reach = (Checked(sizes[d] - 1) * strides[d] + reach).value_or(INT64_MAX);
  }
  return false;
}

/// The positions of the elements that these sizes and strides reach in a flat buffer, 1-d.
Tensor positions(const DimVector& sizes, const DimVector& strides, int64_t offset, int64_t length,
                 Device device) {
  return arange(length, TensorOptions(kLong).device(device))
      .as_strided(sizes, strides, offset)
      .reshape({-1});
}

}  // namespace

Specs AsStrided::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  HEARTH_CHECK_AS(ShapeError, sizes.size() == strides.size(),
                  "[as_strided] mismatch in length of strides and shape: ", strides.ref(), " and ",
                  sizes.ref());
  const int64_t offset = storage_offset.value_or(t.offset);
  HEARTH_CHECK_AS(ValueError, offset >= 0, "[as_strided] storage_offset must not be negative, got ",
                  offset);
  for (int64_t s : strides)
    HEARTH_CHECK_AS(ValueError, s >= 0,
                    "[as_strided] as_strided: Negative strides are not supported at the moment, "
                    "got strides: ",
                    strides.ref());
  checked_numel(sizes);
  const int64_t length = checked_extent(sizes, strides, "as_strided");
  const int64_t bytes =
      ((Checked(offset) + length) * static_cast<int64_t>(element_size(t.dtype)))
          .get("as_strided", "storage_offset ", offset, " with sizes ", sizes.ref());
  HEARTH_CHECK_AS(ShapeError, length == 0 || bytes <= static_cast<int64_t>(t.storage->nbytes),
                  "[as_strided] setStorage: sizes ", sizes.ref(), ", strides ", strides.ref(),
                  ", storage offset ", offset, ", and itemsize ", element_size(t.dtype),
                  " are out of bounds for storage of size ", t.storage->nbytes);
  return view_of(t, sizes, strides, offset, t.dtype);
}
Grads AsStrided::vjp(const Saved& s, Args g, NeedMask) const {
  // Input and result lie in one buffer.
  const Spec& in = s.in_spec(0);
  const int64_t to = storage_offset.value_or(in.offset), start = std::min(in.offset, to);
  const int64_t length = std::max(in.offset + checked_extent(in.sizes, in.strides, "as_strided"),
                                  to + checked_extent(sizes, strides, "as_strided")) -
                         start;
  const TensorOptions options = TensorOptions(in.dtype).device(in.device);
  Tensor buffer = zeros({length}, options);
  if (may_overlap(sizes, strides)) {
    // Gradients of elements that several outputs share add up.
    const Tensor at = positions(sizes, strides, to - start, length, in.device);
    buffer = buffer.index_add(0, at, g[0].reshape({-1}));
  } else {
    buffer.as_strided(sizes, strides, to - start).copy_(g[0]);
  }
  if (may_overlap(in.sizes, in.strides)) {
    // Inputs that share an element each get an equal part.
    const Tensor own = positions(in.sizes, in.strides, in.offset - start, length, in.device);
    const TensorOptions real = options.dtype(to_real(in.dtype));
    const Tensor counts = zeros({length}, real).index_add(0, own, ones({own.numel()}, real));
    buffer = buffer / counts.clamp_min(1);
  }
  return one(buffer.as_strided(in.sizes, in.strides, in.offset - start));
}

namespace {

int64_t windows_in(int64_t n, int64_t size, int64_t step) {
  return (Checked((n - size) / step) + 1).get("unfold", "windows of ", size, " in ", n);
}

}  // namespace

Specs Unfold::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  const auto d = static_cast<size_t>(wrap_dim(dim, t.dim(), "unfold"));
  const int64_t n = t.sizes.empty() ? 1 : t.sizes[d];
  HEARTH_CHECK_AS(ValueError, size >= 0, "[unfold] size is ", size, " but must be >= 0");
  HEARTH_CHECK_AS(ValueError, size <= n, "[unfold] maximum size for tensor at dimension ", d,
                  " is ", n, " but size is ", size);
  HEARTH_CHECK_AS(ValueError, step > 0, "[unfold] step is ", step, " but must be > 0");
  DimVector sizes = t.sizes, strides = t.strides;
  const int64_t stride = strides.empty() ? 1 : strides[d];
  if (!sizes.empty()) {
    sizes[d] = windows_in(n, size, step);
    strides[d] = stride_of(step, stride);
  }
  sizes.push_back(size);
  strides.push_back(stride);
  return view_of(t, std::move(sizes), std::move(strides), t.offset, t.dtype);
}
Grads Unfold::vjp(const Saved& s, Args g, NeedMask) const {
  const Spec& in = s.in_spec(0);
  if (in.sizes.empty()) return one(g[0].sum());  // a window of one element, or of none
  return one(invoke(UnfoldBackward{in.sizes, dim, size, step}, g[0]));
}

Specs UnfoldBackward::infer(Args in) const {
  const TensorImpl& g = impl(in[0]);
  const auto d =
      static_cast<size_t>(wrap_dim(dim, static_cast<int64_t>(input_sizes.size()), info.name));
  DimVector expected = input_sizes;
  if (d < expected.size()) {
    HEARTH_CHECK_AS(ValueError, size >= 0 && size <= expected[d] && step > 0,
                    "[unfold_backward] expected 0 <= size <= ", expected[d],
                    " and step > 0, got size ", size, " and step ", step);
    expected[d] = windows_in(expected[d], size, step);
    expected.push_back(size);
  }
  HEARTH_CHECK_AS(ShapeError, !input_sizes.empty() && g.sizes == expected,
                  "[unfold_backward] expected windows of sizes ", expected.ref(), ", got ",
                  g.sizes.ref());
  return {Spec(input_sizes, g.dtype, g.device), g.dtype};
}
Grads UnfoldBackward::vjp(const Saved&, Args g, NeedMask) const {
  return one(g[0].unfold(dim, size, step));
}
Tensors UnfoldBackward::decompose(Args in) const {
  const int64_t d = wrap_dim(dim, static_cast<int64_t>(input_sizes.size()), info.name);
  const TensorOptions options = TensorOptions(kLong).device(in[0].device());
  const Tensor at =
      (arange(in[0].size(d), options).unsqueeze(1) * step + arange(size, options)).reshape({-1});
  Tensors result;
  result.push_back(zeros(input_sizes, in[0].options().requires_grad(false))
                       .index_add(d, at, in[0].movedim(-1, d + 1).flatten(d, d + 1)));
  return result;
}

Specs Diagonal::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  const auto a = static_cast<size_t>(wrap_dim(dim1, t.dim(), "diagonal"));
  const auto b = static_cast<size_t>(wrap_dim(dim2, t.dim(), "diagonal"));
  HEARTH_CHECK_AS(ValueError, a != b && t.dim() >= 2,
                  "[diagonal] diagonal dimensions cannot be identical ", dim1, ", ", dim2);
  // Where it starts; beyond the matrix there is nothing of it.
  const int64_t row = offset < 0 ? -std::max(offset, -t.sizes[a]) : 0;
  const int64_t column = std::clamp<int64_t>(offset, 0, t.sizes[b]);
  const int64_t n = std::min(t.sizes[a] - row, t.sizes[b] - column);
  const int64_t first = n > 0 ? row * t.strides[a] + column * t.strides[b] : 0;
  DimVector sizes, strides;
  for (size_t d = 0; d < t.sizes.size(); ++d) {
    if (d == a || d == b) continue;
    sizes.push_back(t.sizes[d]);
    strides.push_back(t.strides[d]);
  }
  sizes.push_back(n);
  strides.push_back((Checked(t.strides[a]) + t.strides[b]).value_or(1));  // of at most one element
  return view_of(t, std::move(sizes), std::move(strides), t.offset + first, t.dtype);
}
Grads Diagonal::vjp(const Saved& s, Args g, NeedMask) const {
  Tensor full = zeros_of(s.in_spec(0));
  full.diagonal(offset, dim1, dim2).copy_(g[0]);
  return one(std::move(full));
}

}  // namespace ops

Tensor Tensor::as_strided(IntArrayRef sizes, IntArrayRef strides,
                          std::optional<int64_t> storage_offset) const {
  return invoke(ops::AsStrided{sizes, strides, storage_offset}, *this);
}
const Tensor& Tensor::as_strided_(IntArrayRef sizes, IntArrayRef strides,
                                  std::optional<int64_t> storage_offset) const {
  return invoke_(ops::AsStrided{sizes, strides, storage_offset}, *this);
}
Tensor Tensor::unfold(int64_t dim, int64_t size, int64_t step) const {
  return invoke(ops::Unfold{dim, size, step}, *this);
}
Tensor Tensor::diagonal(int64_t offset, int64_t dim1, int64_t dim2) const {
  return invoke(ops::Diagonal{offset, dim1, dim2}, *this);
}

}  // namespace hearth
