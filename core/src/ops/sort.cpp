// SPDX-License-Identifier: Apache-2.0
#include "ops/sort.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/sort.h"

#include "ops/outputs.h"

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
  return ops::both(ops::Sort{dim, descending}, self);
}
std::tuple<Tensor, Tensor> sort(const Tensor& self, std::optional<bool>, int64_t dim,
                                bool descending) {
  return sort(self, dim, descending);
}
std::tuple<Tensor&, Tensor&> sort_out(Tensor& values, Tensor& indices, const Tensor& self,
                                      int64_t dim, bool descending) {
  return ops::both_out(ops::Sort{dim, descending}, values, indices, self);
}
std::tuple<Tensor&, Tensor&> sort_out(Tensor& values, Tensor& indices, const Tensor& self,
                                      std::optional<bool>, int64_t dim, bool descending) {
  return sort_out(values, indices, self, dim, descending);
}
Tensor argsort(const Tensor& self, int64_t dim, bool descending) {
  return std::get<1>(sort(self, dim, descending));
}
Tensor argsort(const Tensor& self, bool, int64_t dim, bool descending) {
  return argsort(self, dim, descending);
}
Tensor& argsort_out(Tensor& out, const Tensor& self, bool, int64_t dim, bool descending) {
  return ops::copy_out("argsort", out, argsort(self.detach(), dim, descending));
}
Tensor msort(const Tensor& self) { return std::get<0>(sort(self, 0)); }
Tensor& msort_out(Tensor& out, const Tensor& self) {
  return ops::copy_out("msort", out, msort(self));
}
std::tuple<Tensor, Tensor> topk(const Tensor& self, int64_t k, int64_t dim, bool largest,
                                bool sorted) {
  return ops::both(ops::TopK{k, dim, largest, sorted}, self);
}
std::tuple<Tensor&, Tensor&> topk_out(Tensor& values, Tensor& indices, const Tensor& self,
                                      int64_t k, int64_t dim, bool largest, bool sorted) {
  return ops::both_out(ops::TopK{k, dim, largest, sorted}, values, indices, self);
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
Tensor Tensor::msort() const { return hearth::msort(*this); }
std::tuple<Tensor, Tensor> Tensor::topk(int64_t k, int64_t dim, bool largest, bool sorted) const {
  return hearth::topk(*this, k, dim, largest, sorted);
}

}  // namespace hearth
