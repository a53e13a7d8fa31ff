// SPDX-License-Identifier: Apache-2.0
#include "ops/sort.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/sort.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Sort)
HEARTH_DEFINE_OP(TopK)

namespace {

Specs values_and_positions(const Tensor& x, DimVector sizes, std::string_view op) {
  const TensorImpl& t = impl(x);
  HEARTH_CHECK_AS(NotImplementedError, !is_complex(t.dtype), "[", op, "] not implemented for ",
                  to_string(t.dtype), ": complex numbers have no order");
  Specs s(Spec(sizes, t.dtype, t.device));
  s.out.push_back(Spec(std::move(sizes), kLong, t.device));
  return s;
}

void check_not_bool(const Tensor& x, std::string_view op) {
  HEARTH_CHECK_AS(NotImplementedError, impl(x).dtype != kBool, "[", op,
                  "] not implemented for 'Bool'");
}

/// Each value's gradient to where the value came from.
Grads back_to_places(const Saved& s, const Tensor& g, int64_t dim) {
  Grads grads(1);
  const Tensor places = s.out(1);
  if (!g.defined()) return grads;
  const Spec& x = s.in_spec(0);
  grads[0] = zeros(x.sizes, g.options()).scatter(dim, places, g);
  return grads;
}

}  // namespace

Specs Sort::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  wrap_dim(dim, t.dim(), "sort");
  return values_and_positions(in[0], t.sizes, "sort");
}
Grads Sort::vjp(const Saved& s, Args g, NeedMask) const { return back_to_places(s, g[0], dim); }

Specs TopK::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_not_bool(in[0], "topk");
  const auto at = static_cast<size_t>(wrap_dim(dim, t.dim(), "topk"));
  const int64_t size = t.dim() == 0 ? 1 : t.sizes[at];
  HEARTH_CHECK_AS(ValueError, k >= 0 && k <= size, "[topk] selected index k out of range: dim ",
                  dim, " has ", size, " elements, got k = ", k);
  DimVector sizes = t.sizes;
  if (t.dim() > 0) sizes[at] = k;
  return values_and_positions(in[0], std::move(sizes), "topk");
}
Grads TopK::vjp(const Saved& s, Args g, NeedMask) const { return back_to_places(s, g[0], dim); }

}  // namespace ops

std::tuple<Tensor, Tensor> sort(const Tensor& self, int64_t dim, bool descending) {
  auto [values, indices] = invoke_n<2>(ops::Sort{dim, descending}, self);
  return {std::move(values), std::move(indices)};
}
std::tuple<Tensor, Tensor> sort(const Tensor& self, std::optional<bool>, int64_t dim,
                                bool descending) {
  return sort(self, dim, descending);
}
Tensor argsort(const Tensor& self, int64_t dim, bool descending) {
  return std::get<1>(sort(self, dim, descending));
}
Tensor argsort(const Tensor& self, bool, int64_t dim, bool descending) {
  return argsort(self, dim, descending);
}
Tensor msort(const Tensor& self) { return std::get<0>(sort(self, 0)); }
std::tuple<Tensor, Tensor> topk(const Tensor& self, int64_t k, int64_t dim, bool largest,
                                bool sorted) {
  auto [values, indices] = invoke_n<2>(ops::TopK{k, dim, largest, sorted}, self);
  return {std::move(values), std::move(indices)};
}

std::tuple<Tensor, Tensor> Tensor::sort(int64_t dim, bool descending) const {
  return hearth::sort(*this, dim, descending);
}
std::tuple<Tensor, Tensor> Tensor::sort(std::optional<bool> stable, int64_t dim,
                                        bool descending) const {
  return hearth::sort(*this, stable, dim, descending);
}
Tensor Tensor::argsort(int64_t dim, bool descending) const {
  return hearth::argsort(*this, dim, descending);
}
Tensor Tensor::argsort(bool stable, int64_t dim, bool descending) const {
  return hearth::argsort(*this, stable, dim, descending);
}
std::tuple<Tensor, Tensor> Tensor::kthvalue(int64_t k, int64_t dim, bool keepdim) const {
  return hearth::kthvalue(*this, k, dim, keepdim);
}
Tensor Tensor::msort() const { return hearth::msort(*this); }
std::tuple<Tensor, Tensor> Tensor::topk(int64_t k, int64_t dim, bool largest, bool sorted) const {
  return hearth::topk(*this, k, dim, largest, sorted);
}

std::tuple<Tensor, Tensor> kthvalue(const Tensor& self, int64_t k, int64_t dim, bool keepdim) {
  ops::check_not_bool(self, "kthvalue");
  const int64_t size = self.dim() == 0 ? 1 : self.size(dim);
  HEARTH_CHECK_AS(ValueError, k >= 1 && k <= size,
                  "[kthvalue] kthvalue(): selected number k out of range for dimension ", dim,
                  ": got ", k, " of ", size);
  const auto [values, indices] = sort(self, dim);
  if (self.dim() == 0) return {values, indices};
  const Tensor value = values.narrow(dim, k - 1, 1), index = indices.narrow(dim, k - 1, 1);
  return keepdim ? std::tuple(value, index) : std::tuple(value.squeeze(dim), index.squeeze(dim));
}

}  // namespace hearth
