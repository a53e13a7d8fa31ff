// SPDX-License-Identifier: Apache-2.0
#include "ops/index.h"

#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "base/checked.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Index)
HEARTH_DEFINE_OP(IndexPut)
HEARTH_DEFINE_OP(IndexSelect)
HEARTH_DEFINE_OP(IndexAdd)
HEARTH_DEFINE_OP(IndexCopy)
HEARTH_DEFINE_OP(Gather)
HEARTH_DEFINE_OP(Scatter)
HEARTH_DEFINE_OP(ScatterValue)
HEARTH_DEFINE_OP(ScatterAdd)
HEARTH_DEFINE_OP(MaskedSelect)
HEARTH_DEFINE_OP(MaskedScatter)
HEARTH_DEFINE_OP(Nonzero)
HEARTH_DEFINE_OP(Embedding)
HEARTH_DEFINE_OP(EmbeddingBackward)

namespace {

Tensor zeros_of(const Spec& s) { return zeros(s.sizes, TensorOptions(s.dtype).device(s.device)); }

void check_index_type(const Tensor& index, std::string_view op) {
  HEARTH_CHECK_AS(DtypeError, impl(index).dtype == kLong || impl(index).dtype == kInt, "[", op,
                  "] Expected dtype int32/int64 for index, got ", impl(index).dtype);
}

void check_same_type(const Tensor& self, const Tensor& source, std::string_view op) {
  HEARTH_CHECK_AS(DtypeError, impl(self).dtype == impl(source).dtype, "[", op,
                  "] Expected self.dtype to be equal to src.dtype, got ", impl(self).dtype, " and ",
                  impl(source).dtype);
}

/// The 1-d index of index_select and its kin has this many entries.
int64_t check_index_vector(const Tensor& index, std::string_view op) {
  check_index_type(index, op);
  HEARTH_CHECK_AS(ShapeError, impl(index).dim() <= 1, "[", op,
                  "] Index is supposed to be a vector, got sizes ", impl(index).sizes.ref());
  return impl(index).numel;
}

/// Checks gather's and scatter's index against the tensor read from or written to.
void check_elementwise_index(const Tensor& self, int64_t dim, const Tensor& index,
                             std::string_view op) {
  check_index_type(index, op);
  const TensorImpl &t = impl(self), &i = impl(index);
  const auto d = static_cast<size_t>(wrap_dim(dim, t.dim(), op));
  if (i.numel == 0) return;
  const int64_t own = std::max<int64_t>(t.dim(), 1), other = std::max<int64_t>(i.dim(), 1);
  HEARTH_CHECK_AS(ShapeError, own == other, "[", op,
                  "] Index tensor must have the same number of dimensions as input tensor: got ",
                  i.sizes.ref(), " and ", t.sizes.ref());
  for (size_t k = 0; k < std::min(t.sizes.size(), i.sizes.size()); ++k)
    HEARTH_CHECK_AS(ShapeError, k == d || i.sizes[k] <= t.sizes[k], "[", op,
                    "] Size does not match at dimension ", k, " expected index ", i.sizes.ref(),
                    " to be no larger than self ", t.sizes.ref(), " apart from dimension ", d);
}

void check_scatter_source(const Tensor& index, const Tensor& src, std::string_view op) {
  const TensorImpl &i = impl(index), &s = impl(src);
  if (i.numel == 0) return;
  // A number is a vector of one element here.
  const size_t dims = std::max<size_t>(i.sizes.size(), 1);
  bool fits = dims == std::max<size_t>(s.sizes.size(), 1);
  for (size_t k = 0; fits && k < dims; ++k)
    fits = (i.sizes.empty() ? 1 : i.sizes[k]) <= (s.sizes.empty() ? 1 : s.sizes[k]);
  HEARTH_CHECK_AS(ShapeError, fits, "[", op, "] Expected index ", i.sizes.ref(),
                  " to be no larger size than src ", s.sizes.ref());
}

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

IndexLayout index_layout(const TensorImpl& self, Args indices) {
  HEARTH_CHECK_AS(IndexError, static_cast<int64_t>(indices.size()) <= self.dim(),
                  "[index] too many indices for tensor of dimension ", self.dim(), " (got ",
                  indices.size(), ")");
  IndexLayout out;
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
  return {Spec(index_layout(t, in.from(1)).sizes, t.dtype, t.device), t.dtype};
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
  const DimVector sizes = index_layout(t, in.from(2)).sizes;
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

Specs Gather::infer(Args in) const {
  check_elementwise_index(in[0], dim, in[1], "gather");
  const TensorImpl& t = impl(in[0]);
  return {Spec(impl(in[1]).sizes, t.dtype, t.device), t.dtype};
}
Grads Gather::vjp(const Saved& s, Args g, NeedMask) const {
  Grads grads(2);
  grads[0] = zeros_of(s.in_spec(0)).scatter_add(dim, s.in(1), g[0]);
  return grads;
}

Specs Scatter::infer(Args in) const {
  check_elementwise_index(in[0], dim, in[1], "scatter");
  check_scatter_source(in[1], in[2], "scatter");
  check_same_type(in[0], in[2], "scatter");
  return Spec::like(in[0]);
}

namespace {

/// The gradient of scatter's source: only the part that the index covers was read.
Tensor source_gradient(const Tensor& g, int64_t dim, const Tensor& index, const Spec& source) {
  const Tensor picked = g.gather(dim, index);
  if (picked.sizes() == source.sizes) return picked;
  const Tensor full = zeros_of(source);
  Tensor part = full;
  for (int64_t d = 0; d < index.dim(); ++d) part = part.narrow(d, 0, index.size(d));
  part.copy_(picked);
  return full;
}

}  // namespace

Grads Scatter::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(3);
  if (need[0]) grads[0] = g[0].scatter(dim, s.in(1), 0);
  if (need[2]) grads[2] = source_gradient(g[0], dim, s.in(1), s.in_spec(2));
  return grads;
}

Specs ScatterValue::infer(Args in) const {
  check_elementwise_index(in[0], dim, in[1], "scatter");
  return Spec::like(in[0]);
}
Grads ScatterValue::vjp(const Saved& s, Args g, NeedMask) const {
  Grads grads(2);
  grads[0] = g[0].scatter(dim, s.in(1), 0);
  return grads;
}

Specs ScatterAdd::infer(Args in) const {
  check_elementwise_index(in[0], dim, in[1], "scatter_add");
  check_scatter_source(in[1], in[2], "scatter_add");
  check_same_type(in[0], in[2], "scatter_add");
  return Spec::like(in[0]);
}
Grads ScatterAdd::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(3);
  if (need[0]) grads[0] = g[0];
  if (need[2]) grads[2] = source_gradient(g[0], dim, s.in(1), s.in_spec(2));
  return grads;
}

Specs MaskedSelect::infer(Args in) const {
  HEARTH_CHECK_AS(DtypeError, impl(in[1]).dtype == kBool,
                  "[masked_select] masked_select: expected BoolTensor for mask, got ",
                  impl(in[1]).dtype);
  broadcast_shapes(impl(in[0]).sizes, impl(in[1]).sizes, "masked_select");
  return {Spec({0}, impl(in[0]).dtype, impl(in[0]).device), impl(in[0]).dtype};
}
Grads MaskedSelect::vjp(const Saved& s, Args g, NeedMask) const {
  const Tensor mask = s.in(1);
  const Spec& self = s.in_spec(0);
  const DimVector sizes = broadcast_shapes(self.sizes, mask.sizes(), "masked_select");
  Grads grads(2);
  grads[0] = masked_scatter(zeros(sizes, g[0].options()), mask, g[0]);
  return grads;
}

Specs MaskedScatter::infer(Args in) const {
  HEARTH_CHECK_AS(DtypeError, impl(in[1]).dtype == kBool,
                  "[masked_scatter] masked_scatter_ only supports boolean masks, but got mask with "
                  "dtype ",
                  impl(in[1]).dtype);
  check_same_type(in[0], in[2], "masked_scatter");
  const DimVector sizes = broadcast_shapes(impl(in[0]).sizes, impl(in[1]).sizes, "masked_scatter");
  HEARTH_CHECK_AS(ShapeError, sizes == impl(in[0]).sizes, "[masked_scatter] mask of sizes ",
                  impl(in[1]).sizes.ref(), " does not broadcast to ", impl(in[0]).sizes.ref());
  return Spec::like(in[0]);
}
Grads MaskedScatter::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(3);
  const Tensor mask = s.in(1);
  if (need[0]) grads[0] = g[0].masked_fill(mask, 0);
  if (need[2]) {
    // Source elements past the last true one were not read.
    const Spec& source = s.in_spec(2);
    const Tensor picked = g[0].masked_select(mask.expand(g[0].sizes()));
    const int64_t n = checked_numel(source.sizes);
    const Tensor rest = zeros({n - picked.numel()}, g[0].options());
    grads[2] = cat({picked, rest}).view(source.sizes);
  }
  return grads;
}

Specs Nonzero::infer(Args in) const {
  return Spec({0, impl(in[0]).dim()}, kLong, impl(in[0]).device);
}

Specs Embedding::infer(Args in) const {
  const TensorImpl &w = impl(in[0]), &i = impl(in[1]);
  HEARTH_CHECK_AS(ShapeError, w.dim() == 2, "[embedding] 'weight' must be 2-D, got sizes ",
                  w.sizes.ref());
  HEARTH_CHECK_AS(DtypeError, i.dtype == kLong || i.dtype == kInt,
                  "[embedding] Expected tensor for argument #1 'indices' to have one of the "
                  "following scalar types: Long, Int; but got ",
                  in[1].toString(), " instead");
  DimVector sizes = i.sizes;
  sizes.push_back(w.sizes[1]);
  return {Spec(std::move(sizes), w.dtype, w.device), w.dtype};
}
Grads Embedding::vjp(const Saved& s, Args g, NeedMask) const {
  Grads grads(2);
  grads[0] = invoke(EmbeddingBackward{s.in_spec(0).sizes[0], padding_idx, scale_grad_by_freq}, g[0],
                    s.in(1));
  return grads;
}

Specs EmbeddingBackward::infer(Args in) const {
  const TensorImpl& g = impl(in[0]);
  return {Spec({num_weights, g.sizes.back()}, g.dtype, g.device), g.dtype};
}
Grads EmbeddingBackward::vjp(const Saved& s, Args g, NeedMask) const {
  const Tensor indices = s.in(1);
  Tensor rows = embedding(g[0], indices);
  if (scale_grad_by_freq) {
    const Tensor flat = indices.reshape({-1});
    const Tensor counts =
        rows.new_zeros({num_weights}).index_add(0, flat, rows.new_ones({flat.numel()}));
    rows = rows / counts.index_select(0, flat).view(indices.sizes()).unsqueeze(-1);
  }
  if (padding_idx >= 0) rows = rows.masked_fill((indices == padding_idx).unsqueeze(-1), 0);
  Grads grads(2);
  grads[0] = rows;
  return grads;
}

}  // namespace ops

namespace {

Tensor as_long(const Tensor& index) {
  return index.defined() && index.scalar_type() == kInt ? index.to(kLong) : index;
}

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
      out.push_back(as_long(t));
      continue;
    }
    for (int64_t d = 0; d < t.dim(); ++d) {
      const size_t at = out.size() + static_cast<size_t>(d);
      HEARTH_CHECK_AS(
          IndexError, static_cast<int64_t>(at) < self.dim() && t.size(d) == self.sizes()[at],
          "[index] The shape of the mask ", t.sizes(), " at index ", d,
          " does not match the shape of the indexed tensor ", self.sizes(), " at index ", at);
    }
    for (const Tensor& column : nonzero(t).unbind(1)) out.push_back(column);
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
Tensor Tensor::index(ArrayRef<std::optional<Tensor>> indices) const {
  return hearth::index(*this, indices);
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

Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index) {
  return invoke(ops::IndexSelect{dim}, self, as_long(index));
}
Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                 const Scalar& alpha) {
  return invoke(ops::IndexAdd{dim, alpha}, self, as_long(index), source);
}
Tensor gather(const Tensor& self, int64_t dim, const Tensor& index, bool) {
  return invoke(ops::Gather{dim}, self, as_long(index));
}
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  return invoke(ops::Scatter{dim}, self, as_long(index), src);
}
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value) {
  return invoke(ops::ScatterValue{dim, value}, self, as_long(index));
}
Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  return invoke(ops::ScatterAdd{dim}, self, as_long(index), src);
}

namespace {

/// index_fill's index as index_put takes it: one tensor at `dim`, nothing before it.
std::vector<std::optional<Tensor>> fill_index(const Tensor& self, int64_t dim,
                                              const Tensor& index) {
  ops::check_index_vector(index, "index_fill_");
  std::vector<std::optional<Tensor>> list(
      static_cast<size_t>(wrap_dim(dim, self.dim(), "index_fill_")));
  list.push_back(index.reshape({-1}));
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
  return invoke(ops::IndexCopy{dim}, self, as_long(index), source);
}
Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value) {
  // A number is filled as a vector of one element.
  if (self.dim() == 0) {
    wrap_dim(dim, 0, "index_fill_");
    return index_fill(self.unsqueeze(0), 0, index, value).squeeze(0);
  }
  return index_put(self, fill_index(self, dim, index), fill_value(self, value));
}
Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value) {
  return index_fill(self, dim, index, fill_value(self, value));
}
Tensor Tensor::take_along_dim(const Tensor& indices, std::optional<int64_t> dim) const {
  return hearth::take_along_dim(*this, indices, dim);
}
Tensor take_along_dim(const Tensor& self, const Tensor& indices, std::optional<int64_t> dim) {
  if (!dim) return self.reshape({-1}).gather(0, indices.reshape({-1}));
  HEARTH_CHECK_AS(ShapeError, self.dim() == indices.dim(),
                  "[take_along_dim] torch.take_along_dim(): input and indices should have the same "
                  "number of dimensions, but got ",
                  self.dim(), " dimensions for input, and ", indices.dim(),
                  " dimensions for indices");
  const auto d = static_cast<size_t>(wrap_dim(*dim, self.dim(), "take_along_dim"));
  DimVector own(self.sizes()), other(indices.sizes());
  own[d] = other[d] = 1;
  const DimVector common = broadcast_shapes(own, other, "take_along_dim");
  own = other = common;
  own[d] = self.sizes()[d];
  other[d] = indices.sizes()[d];
  const Tensor at = own[d] > 0 ? indices.remainder(own[d]) : indices;
  return self.expand(own).gather(*dim, at.expand(other));
}
Tensor take(const Tensor& self, const Tensor& index) {
  ops::check_index_type(index, "take");
  const Tensor list[] = {as_long(index)};
  return ops::invoke_index(self.reshape({-1}), list);
}

Tensor masked_select(const Tensor& self, const Tensor& mask) {
  return invoke(ops::MaskedSelect{}, self, mask);
}
Tensor masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source) {
  const DimVector sizes = broadcast_shapes(self.sizes(), mask.sizes(), "masked_scatter");
  return invoke(ops::MaskedScatter{}, self.expand(sizes), mask, source);
}
Tensor nonzero(const Tensor& self) { return invoke(ops::Nonzero{}, self); }
Tensor argwhere(const Tensor& self) { return nonzero(self); }
std::vector<Tensor> where(const Tensor& condition) {
  return nonzero(condition.dim() == 0 ? condition.reshape({1}) : condition).unbind(1);
}

Tensor one_hot(const Tensor& self, int64_t num_classes) {
  HEARTH_CHECK_AS(DtypeError, self.scalar_type() == kLong,
                  "[one_hot] one_hot is only applicable to index tensor of type LongTensor, got ",
                  self.toString());
  DimVector sizes(self.sizes());
  if (self.numel() == 0) {
    HEARTH_CHECK_AS(ValueError, num_classes > 0,
                    "[one_hot] Can not infer total number of classes from empty tensor.");
    sizes.push_back(num_classes);
    return zeros(sizes, self.options());
  }
  HEARTH_CHECK_AS(ValueError, !self.lt(0).any().item<bool>(),
                  "[one_hot] Class values must be non-negative.");
  if (num_classes == -1) {
    const int64_t largest = self.max().item<int64_t>();
    num_classes = (Checked(largest) + 1).get("one_hot", "class ", largest);
  }
  HEARTH_CHECK_AS(ValueError, num_classes >= 1, "[one_hot] num_classes should be positive, got ",
                  num_classes);
  HEARTH_CHECK_AS(ValueError, !self.ge(num_classes).any().item<bool>(),
                  "[one_hot] Class values must be smaller than num_classes.");
  sizes.push_back(num_classes);
  return zeros(sizes, self.options()).scatter_(-1, self.unsqueeze(-1), 1);
}

Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx,
                 bool scale_grad_by_freq, bool sparse) {
  HEARTH_CHECK_AS(NotImplementedError, !sparse,
                  "[embedding] sparse gradients are not supported; pass sparse=false");
  return invoke(ops::Embedding{padding_idx, scale_grad_by_freq}, weight, as_long(indices));
}

// ---- methods

Tensor Tensor::index_select(int64_t dim, const Tensor& index) const {
  return hearth::index_select(*this, dim, index);
}
Tensor Tensor::index_add(int64_t dim, const Tensor& index, const Tensor& source,
                         const Scalar& alpha) const {
  return hearth::index_add(*this, dim, index, source, alpha);
}
const Tensor& Tensor::index_add_(int64_t dim, const Tensor& index, const Tensor& source,
                                 const Scalar& alpha) const {
  return invoke_(ops::IndexAdd{dim, alpha}, *this, as_long(index), source);
}
Tensor Tensor::index_copy(int64_t dim, const Tensor& index, const Tensor& source) const {
  return hearth::index_copy(*this, dim, index, source);
}
const Tensor& Tensor::index_copy_(int64_t dim, const Tensor& index, const Tensor& source) const {
  return invoke_(ops::IndexCopy{dim}, *this, as_long(index), source);
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
  return index_put_(fill_index(*this, dim, index), fill_value(*this, value));
}
const Tensor& Tensor::index_fill_(int64_t dim, const Tensor& index, const Scalar& value) const {
  return index_fill_(dim, index, fill_value(*this, value));
}
Tensor Tensor::gather(int64_t dim, const Tensor& index, bool sparse_grad) const {
  return hearth::gather(*this, dim, index, sparse_grad);
}
Tensor Tensor::scatter(int64_t dim, const Tensor& index, const Tensor& source) const {
  return hearth::scatter(*this, dim, index, source);
}
Tensor Tensor::scatter(int64_t dim, const Tensor& index, const Scalar& value) const {
  return hearth::scatter(*this, dim, index, value);
}
const Tensor& Tensor::scatter_(int64_t dim, const Tensor& index, const Tensor& source) const {
  return invoke_(ops::Scatter{dim}, *this, as_long(index), source);
}
const Tensor& Tensor::scatter_(int64_t dim, const Tensor& index, const Scalar& value) const {
  return invoke_(ops::ScatterValue{dim, value}, *this, as_long(index));
}
Tensor Tensor::scatter_add(int64_t dim, const Tensor& index, const Tensor& source) const {
  return hearth::scatter_add(*this, dim, index, source);
}
const Tensor& Tensor::scatter_add_(int64_t dim, const Tensor& index, const Tensor& source) const {
  return invoke_(ops::ScatterAdd{dim}, *this, as_long(index), source);
}
Tensor Tensor::masked_select(const Tensor& mask) const {
  return hearth::masked_select(*this, mask);
}
Tensor Tensor::masked_scatter(const Tensor& mask, const Tensor& source) const {
  return hearth::masked_scatter(*this, mask, source);
}
const Tensor& Tensor::masked_scatter_(const Tensor& mask, const Tensor& source) const {
  return invoke_(ops::MaskedScatter{}, *this, mask, source);
}
Tensor Tensor::nonzero() const { return hearth::nonzero(*this); }
Tensor Tensor::argwhere() const { return hearth::argwhere(*this); }
Tensor Tensor::take(const Tensor& index) const { return hearth::take(*this, index); }

}  // namespace hearth
