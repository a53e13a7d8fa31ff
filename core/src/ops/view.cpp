// SPDX-License-Identifier: Apache-2.0
#include "ops/view.h"

#include <algorithm>
#include <string_view>

#include "ops/dims.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(View)
HEARTH_DEFINE_OP(Permute)
HEARTH_DEFINE_OP(Transpose)
HEARTH_DEFINE_OP(Expand)
HEARTH_DEFINE_OP(Squeeze)
HEARTH_DEFINE_OP(Unsqueeze)

namespace {

/// The gradient's shape taken back to the input's.
Grads reshape_back(const Saved& s, Args g) { return one(g[0].reshape(s.in_sizes(0))); }

}  // namespace

Specs View::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  DimVector to = infer_size(sizes, t.numel);
  if (t.contiguous && t.numel > 0 && (t.strides.empty() || t.strides.back() == 1))
    return view_of(t, std::move(to), {}, t.offset);
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
    HEARTH_CHECK_AS(ShapeError, !seen[from], "[permute] duplicate dims are not allowed, got ",
                    dims.ref());
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

Specs Squeeze::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  const DimVector drop =
      dims ? marked_dims(*dims, t.dim(), "squeeze") : DimVector(t.sizes.size(), 1);
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

}  // namespace ops

namespace {

const TensorImpl& defined_impl(const Tensor& t, std::string_view op) {
  HEARTH_CHECK(t.defined(), "[", op, "] expected a Tensor, got an undefined one");
  return impl(t);
}

}  // namespace

Tensor Tensor::view(IntArrayRef sizes) const { return invoke(ops::View{sizes}, *this); }

Tensor Tensor::reshape(IntArrayRef sizes) const {
  const TensorImpl& t = defined_impl(*this, "reshape");
  const DimVector to = infer_size(sizes, t.numel);
  if (view_strides(t.sizes, t.strides, to)) return view(to);
  return clone(MemoryFormat::Contiguous).view(to);
}

Tensor Tensor::flatten(int64_t start_dim, int64_t end_dim) const {
  const TensorImpl& t = defined_impl(*this, "flatten");
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
  const TensorImpl& t = defined_impl(*this, "unflatten");
  const auto d = static_cast<size_t>(wrap_dim(dim, t.dim(), "unflatten"));
  HEARTH_CHECK_AS(IndexError, t.dim() > 0,
                  "[unflatten] expected a tensor of one dim or more, got one of none");
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

Tensor Tensor::sum_to_size(IntArrayRef sizes) const {
  const TensorImpl& t = defined_impl(*this, "sum_to_size");
  if (sizes.empty()) return sum();
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
  const Tensor summed = sum(dims, /*keepdim=*/true);
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
