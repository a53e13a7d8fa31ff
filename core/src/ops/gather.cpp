// SPDX-License-Identifier: Apache-2.0
#include "ops/gather.h"

#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "ops/index_checks.h"
#include "ops/rules.h"
#include "ops/scatter_checks.h"
#include "ops/sparse.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Gather)
HEARTH_DEFINE_OP(Scatter)
HEARTH_DEFINE_OP(ScatterValue)
HEARTH_DEFINE_OP(ScatterAdd)

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

namespace {

/// Of gather's self, which has these sizes: the elements that were picked alone.
Tensor sparse_gradient(const DimVector& sizes, int64_t dim, const Tensor& index, const Tensor& g) {
  const int64_t dims = static_cast<int64_t>(sizes.size());
  std::vector<Tensor> indices;
  for (int64_t d = 0; d < dims; ++d) {
    if (d == wrap_dim(dim, dims, "gather")) {
      indices.push_back(index.reshape({-1}));
      continue;
    }
    DimVector along(sizes.size(), 1);
    along[static_cast<size_t>(d)] = index.size(d);
    indices.push_back(
        arange(index.size(d), index.options()).view(along).expand(index.sizes()).reshape({-1}));
  }
  const Tensor at = indices.empty() ? index.new_empty({0, g.numel()}) : stack(indices);
  return coo_tensor(at, g.reshape({-1}), sizes);
}

}  // namespace

Specs Gather::infer(Args in) const {
  check_elementwise_index(in[0], dim, in[1], "gather");
  const TensorImpl& t = impl(in[0]);
  return {Spec(impl(in[1]).sizes, t.dtype, t.device), t.dtype};
}
Grads Gather::vjp(const Saved& s, Args g, NeedMask) const {
  Grads grads(2);
  grads[0] = sparse_grad ? sparse_gradient(s.in_spec(0).sizes, dim, s.in(1), g[0])
                         : zeros_of(s.in_spec(0)).scatter_add(dim, s.in(1), g[0]);
  return grads;
}

Specs Scatter::infer(Args in) const {
  check_elementwise_index(in[0], dim, in[1], "scatter");
  check_scatter_source(in[1], in[2], "scatter");
  check_same_type(in[0], in[2], "scatter");
  return Spec::like(in[0]);
}

Tensor source_gradient(const Tensor& picked, const Spec& source) {
  if (picked.sizes() == source.sizes) return picked;
  if (source.sizes.empty()) return picked.reshape({});
  const Tensor full = zeros_of(source), whole = atleast_1d(picked);
  Tensor part = full;
  for (int64_t d = 0; d < whole.dim(); ++d) part = part.narrow(d, 0, whole.size(d));
  part.copy_(whole);
  return full;
}

Grads Scatter::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(3);
  if (need[0]) grads[0] = g[0].scatter(dim, s.in(1), 0);
  if (need[2]) grads[2] = source_gradient(g[0].gather(dim, s.in(1)), s.in_spec(2));
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
  if (need[2]) grads[2] = source_gradient(g[0].gather(dim, s.in(1)), s.in_spec(2));
  return grads;
}

}  // namespace ops

Tensor gather(const Tensor& self, int64_t dim, const Tensor& index, bool sparse_grad) {
  return invoke(ops::Gather{dim, sparse_grad}, self, ops::as_long(index));
}
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  return invoke(ops::Scatter{dim}, self, ops::as_long(index), src);
}
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value) {
  return invoke(ops::ScatterValue{dim, value}, self, ops::as_long(index));
}
Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  return invoke(ops::ScatterAdd{dim}, self, ops::as_long(index), src);
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
  return invoke_(ops::Scatter{dim}, *this, ops::as_long(index), source);
}
const Tensor& Tensor::scatter_(int64_t dim, const Tensor& index, const Scalar& value) const {
  return invoke_(ops::ScatterValue{dim, value}, *this, ops::as_long(index));
}
Tensor Tensor::scatter_add(int64_t dim, const Tensor& index, const Tensor& source) const {
  return hearth::scatter_add(*this, dim, index, source);
}
const Tensor& Tensor::scatter_add_(int64_t dim, const Tensor& index, const Tensor& source) const {
  return invoke_(ops::ScatterAdd{dim}, *this, ops::as_long(index), source);
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

}  // namespace hearth
