// SPDX-License-Identifier: Apache-2.0
#include "ops/index.h"

#include <algorithm>

#include "hearth/base/warning.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/scatter.h"
#include "hearth/ops/view.h"

#include "ops/index_checks.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Index)
HEARTH_DEFINE_OP(IndexPut)
HEARTH_DEFINE_OP(IndexSelect)
HEARTH_DEFINE_OP(IndexAdd)
HEARTH_DEFINE_OP(IndexCopy)

namespace {

Tensor invoke_index(const Tensor& self, TensorList indices) {
  return invoke_args(Index{}, ArgList({&self}, indices));
}
Tensor invoke_index_put(const Tensor& self, const Tensor& values, TensorList indices,
                        bool accumulate) {
  return invoke_args(IndexPut{accumulate}, ArgList({&self, &values}, indices));
}

std::vector<Tensor> saved_from(const Saved& s, size_t first) {
  std::vector<Tensor> list;
  for (size_t i = first; i < s.num_inputs(); ++i) list.push_back(s.in(i));
  return list;
}

/// A gradient of the result's sizes summed to those that `values` had before it was broadcast.
DimVector summable(const DimVector& sizes, const DimVector& to) {
  DimVector out = to;
  while (out.size() > sizes.size() && out[0] == 1) out.erase(0);
  return out;
}

}  // namespace

IndexShape index_shape(const TensorImpl& self, Args indices) {
  HEARTH_CHECK_AS(IndexError, static_cast<int64_t>(indices.size()) <= self.dim(),
                  "[index] too many indices for tensor of dimension ", self.dim(), " (got ",
                  indices.size(), ")");
  IndexShape out;
  int64_t first = -1, last = -1, count = 0;
  const Tensor* one = nullptr;
  for (size_t d = 0; d < indices.size(); ++d) {
    if (!indices[d].defined()) continue;
    const TensorImpl& i = impl(indices[d]);
    HEARTH_CHECK_AS(DtypeError, i.dtype == kLong,
                    "[index] tensors used as indices must be long, int, byte or bool tensors, got ",
                    i.dtype);
    if (one) {
      bool fits = true;
      const DimVector& a = out.broadcast;
      for (size_t k = 1; fits && k <= std::min(a.size(), i.sizes.size()); ++k) {
        const int64_t x = a[a.size() - k], y = i.sizes[i.sizes.size() - k];
        fits = x == y || x == 1 || y == 1;
      }
      HEARTH_CHECK_AS(IndexError, fits,
                      "[index] shape mismatch: indexing tensors could not be broadcast together "
                      "with shapes ",
                      impl(*one).sizes.ref(), ", ", i.sizes.ref());
      out.broadcast = broadcast_shapes(a, i.sizes, "index");
    } else {
      one = &indices[d];
      out.broadcast = i.sizes;
    }
    if (first < 0) first = static_cast<int64_t>(d);
    last = static_cast<int64_t>(d);
    ++count;
  }
  HEARTH_CHECK_AS(IndexError, count > 0, "[index] expected at least one index tensor");
  const bool adjacent = last - first + 1 == count;
  for (size_t d = 0; d < self.sizes.size(); ++d) {
    if (d < indices.size() && indices[d].defined()) continue;
    const bool leads = adjacent && static_cast<int64_t>(d) < first;
    (leads ? out.before : out.after).push_back(static_cast<int64_t>(d));
  }
  for (int64_t d : out.before) out.sizes.push_back(self.sizes[static_cast<size_t>(d)]);
  for (int64_t n : out.broadcast) out.sizes.push_back(n);
  for (int64_t d : out.after) out.sizes.push_back(self.sizes[static_cast<size_t>(d)]);
  return out;
}

Specs Index::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  return {Spec(index_shape(t, in.from(1)).sizes, t.dtype, t.device), t.dtype};
}
Grads Index::vjp(const Saved& s, Args g, NeedMask) const {
  Grads grads(s.num_inputs());
  grads[0] = invoke_index_put(zeros_of(s.in_spec(0)), g[0], saved_from(s, 1), true);
  return grads;
}

Specs IndexPut::infer(Args in) const {
  const TensorImpl &t = impl(in[0]), &v = impl(in[1]);
  HEARTH_CHECK_AS(DtypeError, t.dtype == v.dtype,
                  "[index_put_] Index put requires the source and destination dtypes match, got ",
                  to_string(t.dtype), " for the destination and ", to_string(v.dtype),
                  " for the source");
  const DimVector sizes = index_shape(t, in.from(2)).sizes;
  const DimVector from = summable(sizes, v.sizes);
  bool fits = from.size() <= sizes.size();
  for (size_t k = 1; fits && k <= from.size(); ++k)
    fits = from[from.size() - k] == 1 || from[from.size() - k] == sizes[sizes.size() - k];
  HEARTH_CHECK_AS(ShapeError, fits, "[index_put_] shape mismatch: value tensor of shape ",
                  v.sizes.ref(), " cannot be broadcast to indexing result of shape ", sizes.ref());
  return Spec::like(in[0]);
}
Grads IndexPut::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(s.num_inputs());
  const std::vector<Tensor> indices = saved_from(s, 2);
  if (need[0])
    grads[0] =
        accumulate ? g[0] : invoke_index_put(g[0], zeros({}, g[0].options()), indices, false);
  if (need[1]) {
    const Tensor at = invoke_index(g[0], indices);
    const DimVector& sizes = s.in_spec(1).sizes;
    grads[1] = at.sum_to_size(summable(at.sizes(), sizes)).reshape(sizes);
  }
  return grads;
}

Specs IndexSelect::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  const auto d = static_cast<size_t>(wrap_dim(dim, t.dim(), "index_select"));
  const int64_t n = check_index_vector(in[1], "index_select");
  DimVector sizes = t.sizes;
  if (!sizes.empty()) {
    sizes[d] = n;
  } else {
    HEARTH_CHECK_AS(ShapeError, n == 1,
                    "[index_select] Index to scalar can have only 1 value, got ", n, " value(s)");
  }
  return {Spec(std::move(sizes), t.dtype, t.device), t.dtype};
}
Grads IndexSelect::vjp(const Saved& s, Args g, NeedMask) const {
  Grads grads(2);
  grads[0] = zeros_of(s.in_spec(0)).index_add(dim, s.in(1), g[0]);
  return grads;
}

Specs IndexAdd::infer(Args in) const {
  const TensorImpl &t = impl(in[0]), &s = impl(in[2]);
  const auto d = static_cast<size_t>(wrap_dim(dim, t.dim(), "index_add"));
  const int64_t n = check_index_vector(in[1], "index_add");
  check_same_type(in[0], in[2], "index_add");
  if (!is_complex(t.dtype)) alpha.toDouble();  // a complex number throws
  DimVector sizes = t.sizes;
  if (!sizes.empty()) sizes[d] = n;
  const int64_t have = s.dim() > static_cast<int64_t>(d) ? s.sizes[d] : 1;
  HEARTH_CHECK_AS(ShapeError, have == n, "[index_add] index_add_(): Number of indices (", n,
                  ") should be equal to source.size(dim): (", have, "), for dim: ", d);
  HEARTH_CHECK_AS(ShapeError, s.sizes == sizes || (sizes.empty() && s.numel == 1),
                  "[index_add] source sizes ", s.sizes.ref(), " do not match ", sizes.ref());
  return Spec::like(in[0]);
}
Grads IndexAdd::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(3);
  if (need[0]) grads[0] = g[0];
  if (need[2]) {
    const Tensor picked = g[0].index_select(dim, s.in(1)).reshape(s.in_spec(2).sizes);
    grads[2] = alpha.equal(1) ? picked : picked * alpha;
  }
  return grads;
}

Specs IndexCopy::infer(Args in) const {
  const TensorImpl &t = impl(in[0]), &s = impl(in[2]);
  const auto d = static_cast<size_t>(wrap_dim(dim, t.dim(), "index_copy_"));
  const int64_t n = check_index_vector(in[1], "index_copy_");
  check_same_type(in[0], in[2], "index_copy_");
  if (s.sizes.empty()) {
    HEARTH_CHECK_AS(IndexError, n == 1,
                    "[index_copy_] When source is scalar, index should have one element (got ", n,
                    ")");
    HEARTH_CHECK_AS(ShapeError, t.sizes.size() <= 1,
                    "[index_copy_] When source is a number, self "
                    "has at most one dim, got sizes ",
                    t.sizes.ref());
    return Spec::like(in[0]);
  }
  const int64_t have = s.dim() > static_cast<int64_t>(d) ? s.sizes[d] : 1;
  HEARTH_CHECK_AS(IndexError, have == n, "[index_copy_] Number of indices (", n,
                  ") should be equal to source.size(dim) (", have, ")");
  DimVector sizes = t.sizes.empty() ? DimVector{1} : t.sizes;
  sizes[d] = n;
  HEARTH_CHECK_AS(ShapeError, s.sizes == sizes,
                  "[index_copy_] Source/destination tensor must have same slice shapes: source has "
                  "sizes ",
                  s.sizes.ref(), ", self ", t.sizes.ref());
  return Spec::like(in[0]);
}
Grads IndexCopy::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(3);
  if (need[0]) grads[0] = g[0].index_fill(dim, s.in(1), 0);
  if (need[2]) {
    const Tensor whole = g[0].dim() == 0 ? g[0].unsqueeze(0) : g[0];
    grads[2] = whole.index_select(dim, s.in(1)).reshape(s.in_spec(2).sizes);
  }
  return grads;
}

std::vector<Tensor> mask_indices(const Tensor& mask, IntArrayRef sizes, size_t at) {
  if (mask.scalar_type() == kByte)
    HEARTH_WARN(
        "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool "
        "instead.");
  for (size_t d = 0; d < mask.sizes().size(); ++d)
    HEARTH_CHECK_AS(IndexError, at + d < sizes.size() && mask.sizes()[d] == sizes[at + d],
                    "[index] The shape of the mask ", mask.sizes(), " at index ", d,
                    " does not match the shape of the indexed tensor ", sizes, " at index ",
                    at + d);
  return nonzero(mask).unbind(1);
}

}  // namespace ops

namespace {

/// Index tensors of one kind: masks become the indices of their true elements.
std::vector<Tensor> expand_indices(const Tensor& self, ArrayRef<std::optional<Tensor>> indices) {
  std::vector<Tensor> out;
  for (const std::optional<Tensor>& given : indices) {
    if (!given || !given->defined()) {
      out.emplace_back();
      continue;
    }
    const Tensor& t = *given;
    if (t.scalar_type() != kBool && t.scalar_type() != kByte) {
      out.push_back(ops::as_long(t));
      continue;
    }
    for (const Tensor& column : ops::mask_indices(t, self.sizes(), out.size()))
      out.push_back(column);
  }
  return out;
}

}  // namespace

Tensor index(const Tensor& self, ArrayRef<std::optional<Tensor>> indices) {
  return ops::invoke_index(self, expand_indices(self, indices));
}
Tensor index_put(const Tensor& self, ArrayRef<std::optional<Tensor>> indices, const Tensor& values,
                 bool accumulate) {
  return ops::invoke_index_put(self, values, expand_indices(self, indices), accumulate);
}
Tensor& index_out(Tensor& out, const Tensor& self, ArrayRef<std::optional<Tensor>> indices) {
  const std::vector<Tensor> list = expand_indices(self, indices);
  const ops::Index op;
  const ArgList args({&self}, list);
  invoke({ops::Index::row(), &op, args, {&out, 1}, Bind::Out});
  return out;
}
Tensor& index_put_out(Tensor& out, const Tensor& self, ArrayRef<std::optional<Tensor>> indices,
                      const Tensor& values, bool accumulate) {
  const std::vector<Tensor> list = expand_indices(self, indices);
  const ops::IndexPut op{accumulate};
  const ArgList args({&self, &values}, list);
  invoke({ops::IndexPut::row(), &op, args, {&out, 1}, Bind::Out});
  return out;
}
Tensor& index_put_(Tensor& self, ArrayRef<std::optional<Tensor>> indices, const Tensor& values,
                   bool accumulate) {
  self.index_put_(indices, values, accumulate);
  return self;
}
Tensor Tensor::index(ArrayRef<std::optional<Tensor>> indices) const {
  return hearth::index(*this, indices);
}
Tensor Tensor::index_put(ArrayRef<std::optional<Tensor>> indices, const Tensor& values,
                         bool accumulate) const {
  return hearth::index_put(*this, indices, values, accumulate);
}
const Tensor& Tensor::index_put_(ArrayRef<std::optional<Tensor>> indices, const Tensor& values,
                                 bool accumulate) const {
  const std::vector<Tensor> list = expand_indices(*this, indices);
  const ArgList args({this, &values}, list);
  const ops::IndexPut op{accumulate};
  Tensor out = *this;
  invoke({ops::IndexPut::row(), &op, args, {&out, 1}, Bind::InPlace});
  return *this;
}

Tensor take(const Tensor& self, const Tensor& index) {
  ops::check_index_type(index, "take");
  const Tensor list[] = {ops::as_long(index)};
  return ops::invoke_index(self.reshape({-1}), list);
}

Tensor Tensor::take(const Tensor& index) const { return hearth::take(*this, index); }

Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index) {
  return invoke(ops::IndexSelect{dim}, self, ops::as_long(index));
}
Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                 const Scalar& alpha) {
  return invoke(ops::IndexAdd{dim, alpha}, self, ops::as_long(index), source);
}

namespace {

/// index_fill's index as index_put takes it: one tensor at `dim`, nothing before it. A value that
/// wants a gradient gets it once from each place, however often that is named.
std::vector<std::optional<Tensor>> fill_index(const Tensor& self, int64_t dim, const Tensor& index,
                                              bool differentiable) {
  ops::check_index_vector(index, "index_fill_");
  const int64_t d = wrap_dim(dim, self.dim(), "index_fill_");
  std::vector<std::optional<Tensor>> list(static_cast<size_t>(d));
  Tensor places = index.reshape({-1});
  if (differentiable && places.numel() > 1) {
    const Tensor named = zeros({self.size(d)}, TensorOptions(kBool).device(self.device()));
    places = named.index_fill_(0, places, true).nonzero().squeeze(1);
  }
  list.push_back(places);
  return list;
}

/// The number that index_fill writes; apart from self, which it may be an element of.
Tensor fill_value(const Tensor& self, const Tensor& value) {
  HEARTH_CHECK_AS(ShapeError, value.dim() == 0,
                  "[index_fill_] index_fill_ only supports a 0-dimensional value tensor, but got "
                  "tensor with ",
                  value.dim(), " dimension(s).");
  return value.to(self.scalar_type(), false, value.is_alias_of(self));
}
Tensor fill_value(const Tensor& self, const Scalar& value) {
  return full({}, value, TensorOptions(self.scalar_type()).device(self.device()));
}

}  // namespace

Tensor index_copy(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
  return invoke(ops::IndexCopy{dim}, self, ops::as_long(index), source);
}
Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value) {
  // A number is filled as a vector of one element.
  if (self.dim() == 0) {
    wrap_dim(dim, 0, "index_fill_");
    return index_fill(self.unsqueeze(0), 0, index, value).squeeze(0);
  }
  return index_put(self, fill_index(self, dim, index, value.requires_grad()),
                   fill_value(self, value));
}
Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value) {
  return index_fill(self, dim, index, fill_value(self, value));
}

Tensor Tensor::index_select(int64_t dim, const Tensor& index) const {
  return hearth::index_select(*this, dim, index);
}
Tensor Tensor::index_add(int64_t dim, const Tensor& index, const Tensor& source,
                         const Scalar& alpha) const {
  return hearth::index_add(*this, dim, index, source, alpha);
}
const Tensor& Tensor::index_add_(int64_t dim, const Tensor& index, const Tensor& source,
                                 const Scalar& alpha) const {
  return invoke_(ops::IndexAdd{dim, alpha}, *this, ops::as_long(index), source);
}
Tensor Tensor::index_copy(int64_t dim, const Tensor& index, const Tensor& source) const {
  return hearth::index_copy(*this, dim, index, source);
}
const Tensor& Tensor::index_copy_(int64_t dim, const Tensor& index, const Tensor& source) const {
  return invoke_(ops::IndexCopy{dim}, *this, ops::as_long(index), source);
}
Tensor Tensor::index_fill(int64_t dim, const Tensor& index, const Scalar& value) const {
  return hearth::index_fill(*this, dim, index, value);
}
Tensor Tensor::index_fill(int64_t dim, const Tensor& index, const Tensor& value) const {
  return hearth::index_fill(*this, dim, index, value);
}
const Tensor& Tensor::index_fill_(int64_t dim, const Tensor& index, const Tensor& value) const {
  if (this->dim() == 0) {
    wrap_dim(dim, 0, "index_fill_");
    unsqueeze(0).index_fill_(0, index, value);
    return *this;
  }
  return index_put_(fill_index(*this, dim, index, value.requires_grad()), fill_value(*this, value));
}
const Tensor& Tensor::index_fill_(int64_t dim, const Tensor& index, const Scalar& value) const {
  return index_fill_(dim, index, fill_value(*this, value));
}

}  // namespace hearth
