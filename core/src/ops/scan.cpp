// SPDX-License-Identifier: Apache-2.0
#include "ops/scan.h"

#include <limits>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/view.h"

#include "ops/outputs.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Cumsum)
HEARTH_DEFINE_OP(Cumprod)
HEARTH_DEFINE_OP(CumprodBackward)
HEARTH_DEFINE_OP(Logcumsumexp)
HEARTH_DEFINE_OP(LogcumsumexpBackward)
HEARTH_DEFINE_OP(Cummax)
HEARTH_DEFINE_OP(Cummin)

namespace {

/// A tensor like x; integers scan as int64 unless dtype says otherwise.
Specs scanned(const Tensor& x, int64_t dim, std::optional<ScalarType> dtype, std::string_view op) {
  const TensorImpl& t = impl(x);
  wrap_dim(dim, t.dim(), op);
  const ScalarType type = dtype.value_or(is_integral(t.dtype, true) ? kLong : t.dtype);
  return {Spec(t.sizes, type, t.device), type};
}

}  // namespace

Specs Cumsum::infer(Args in) const { return scanned(in[0], dim, dtype, "cumsum"); }
Grads Cumsum::vjp(const Saved&, Args g, NeedMask) const {
  return one(invoke(Cumsum{dim, std::nullopt, !reverse}, g[0]));
}

Specs Cumprod::infer(Args in) const { return scanned(in[0], dim, dtype, "cumprod"); }
Grads Cumprod::vjp(const Saved& s, Args g, NeedMask) const {
  return one(invoke(CumprodBackward{dim}, g[0], s.in(0)));
}

Specs CumprodBackward::infer(Args in) const {
  const TensorImpl& x = impl(in[1]);
  wrap_dim(dim, x.dim(), info.name);
  const ScalarType type = promote_types(impl(in[0]).dtype, x.dtype);
  return {Spec(x.sizes, type, x.device), type};
}
Tensors CumprodBackward::decompose(Args in) const {
  Tensors result;
  if (impl(in[1]).dim() == 0 || impl(in[1]).numel == 0) {
    result.push_back(in[0].clone());
    return result;
  }
  const std::vector<Tensor> g = in[0].unbind(dim), x = in[1].conj().unbind(dim);
  const size_t n = x.size();
  std::vector<Tensor> out(n);
  // after = g[k] + x[k + 1] * (g[k + 1] + x[k + 2] * ...)
  Tensor after = g[n - 1];
  for (size_t k = n; k-- > 0;) {
    out[k] = after;
    if (k > 0) after = g[k - 1] + x[k] * after;
  }
  Tensor before = x[0];
  for (size_t k = 1; k < n; ++k) {
    out[k] = out[k] * before;
    before = before * x[k];
  }
  result.push_back(stack(out, dim));
  return result;
}

Specs Logcumsumexp::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  wrap_dim(dim, t.dim(), info.name);
  HEARTH_CHECK_AS(NotImplementedError, is_differentiable(t.dtype),
                  "[logcumsumexp] not implemented for '", to_string(t.dtype),
                  "'; convert with .to(kFloat)");
  return {Spec(t.sizes, t.dtype, t.device), t.dtype};
}
Grads Logcumsumexp::vjp(const Saved& s, Args g, NeedMask) const {
  return one(invoke(LogcumsumexpBackward{dim}, g[0], s.in(0), s.out()));
}

Specs LogcumsumexpBackward::infer(Args in) const {
  const TensorImpl& x = impl(in[1]);
  wrap_dim(dim, x.dim(), info.name);
  const ScalarType type = promote_types(impl(in[0]).dtype, x.dtype);
  return {Spec(x.sizes, type, x.device), type};
}
Tensors LogcumsumexpBackward::decompose(Args in) const {
  Tensors result;
  if (impl(in[1]).dim() == 0 || impl(in[1]).numel == 0) {
    result.push_back(in[0] * (in[1] - in[2]).exp().conj());
    return result;
  }
  // Before anything but -inf a sum is that: its element's gradient is NaN, and nobody else's.
  const Tensor y = in[2];
  const Tensor none = (y.is_complex() ? real(y) : y).eq(-std::numeric_limits<double>::infinity());
  const auto weight = [](const Tensor& difference, const Tensor& of_none) {
    return difference.masked_fill(of_none, 0).exp().conj();
  };
  const int64_t later = y.size(dim) - 1;
  const Tensor steps = y.narrow(dim, 0, later) - y.narrow(dim, 1, later);
  const std::vector<Tensor> g = in[0].unbind(dim),
                            w = weight(steps, none.narrow(dim, 1, later)).unbind(dim);
  std::vector<Tensor> r(g.size());
  r.back() = g.back();
  for (size_t i = g.size() - 1; i-- > 0;) r[i] = g[i] + r[i + 1] * w[i];
  result.push_back((stack(r, dim) * weight(in[1] - y, none))
                       .masked_fill(none, std::numeric_limits<double>::quiet_NaN()));
  return result;
}

namespace {

Specs extremes_so_far(const Tensor& x, int64_t dim, std::string_view op) {
  const TensorImpl& t = impl(x);
  wrap_dim(dim, t.dim(), op);
  HEARTH_CHECK_AS(NotImplementedError, !is_complex(t.dtype), "[", op, "] not implemented for ",
                  to_string(t.dtype), ": complex numbers have no order");
  Specs s(Spec(t.sizes, t.dtype, t.device));
  s.out.push_back(Spec(t.sizes, kLong, t.device));
  return s;
}

Grads add_to_places(const Saved& s, const Tensor& g, int64_t dim) {
  const Tensor places = s.out(1);
  if (!g.defined()) return Grads(1);
  return one(zeros(s.in_spec(0).sizes, g.options()).scatter_add(dim, places, g));
}

}  // namespace

Specs Cummax::infer(Args in) const { return extremes_so_far(in[0], dim, "cummax"); }
Grads Cummax::vjp(const Saved& s, Args g, NeedMask) const { return add_to_places(s, g[0], dim); }
Specs Cummin::infer(Args in) const { return extremes_so_far(in[0], dim, "cummin"); }
Grads Cummin::vjp(const Saved& s, Args g, NeedMask) const { return add_to_places(s, g[0], dim); }

}  // namespace ops

std::tuple<Tensor, Tensor> cummax(const Tensor& self, int64_t dim) {
  return ops::both(ops::Cummax{dim}, self);
}
std::tuple<Tensor, Tensor> cummin(const Tensor& self, int64_t dim) {
  return ops::both(ops::Cummin{dim}, self);
}
std::tuple<Tensor&, Tensor&> cummax_out(Tensor& values, Tensor& indices, const Tensor& self,
                                        int64_t dim) {
  return ops::both_out(ops::Cummax{dim}, values, indices, self);
}
std::tuple<Tensor&, Tensor&> cummin_out(Tensor& values, Tensor& indices, const Tensor& self,
                                        int64_t dim) {
  return ops::both_out(ops::Cummin{dim}, values, indices, self);
}
Tensor logcumsumexp(const Tensor& self, int64_t dim) {
  return invoke(ops::Logcumsumexp{dim}, self);
}
Tensor& logcumsumexp_out(Tensor& out, const Tensor& self, int64_t dim) {
  return invoke_out(ops::Logcumsumexp{dim}, out, self);
}
Tensor Tensor::logcumsumexp(int64_t dim) const { return hearth::logcumsumexp(*this, dim); }
std::tuple<Tensor, Tensor> Tensor::cummax(int64_t dim) const { return hearth::cummax(*this, dim); }
std::tuple<Tensor, Tensor> Tensor::cummin(int64_t dim) const { return hearth::cummin(*this, dim); }

Tensor cumsum(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype) {
  return invoke(ops::Cumsum{dim, dtype}, self);
}
Tensor& cumsum_out(Tensor& out, const Tensor& self, int64_t dim, std::optional<ScalarType> dtype) {
  return invoke_out(ops::Cumsum{dim, dtype ? *dtype : out.scalar_type()}, out, self);
}
Tensor cumprod(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype) {
  return invoke(ops::Cumprod{dim, dtype}, self);
}
Tensor& cumprod_out(Tensor& out, const Tensor& self, int64_t dim, std::optional<ScalarType> dtype) {
  return invoke_out(ops::Cumprod{dim, dtype ? *dtype : out.scalar_type()}, out, self);
}

Tensor Tensor::cumsum(int64_t dim, std::optional<ScalarType> dtype) const {
  return hearth::cumsum(*this, dim, dtype);
}
const Tensor& Tensor::cumsum_(int64_t dim, std::optional<ScalarType> dtype) const {
  return invoke_(ops::Cumsum{dim, dtype ? *dtype : scalar_type()}, *this);
}
Tensor Tensor::cumprod(int64_t dim, std::optional<ScalarType> dtype) const {
  return hearth::cumprod(*this, dim, dtype);
}
const Tensor& Tensor::cumprod_(int64_t dim, std::optional<ScalarType> dtype) const {
  return invoke_(ops::Cumprod{dim, dtype ? *dtype : scalar_type()}, *this);
}

}  // namespace hearth
