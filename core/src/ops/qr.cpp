// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "ops/decompositions.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Qr)
HEARTH_DEFINE_OP(Geqrf)
HEARTH_DEFINE_OP(HouseholderProduct)
HEARTH_DEFINE_OP(Ormqr)

Specs Qr::infer(Args in) const {
  check_matrix("linalg.qr", in[0]);
  const TensorImpl& a = impl(in[0]);
  const int64_t m = in[0].size(-2), n = in[0].size(-1), k = std::min(m, n);
  const int64_t inner = mode == QrMode::Complete ? m : k;
  Specs s(mode == QrMode::R ? Spec({0}, a.dtype, a.device)
                            : column_spec(batch_of(in[0], {m, inner}), a.dtype, a.device));
  s.out.push_back(column_spec(batch_of(in[0], {inner, n}), a.dtype, a.device));
  return s;
}

namespace {

Tensor halve_diagonal(const Tensor& x) { return x - diag_embed(x.diagonal(0, -2, -1) * 0.5); }

}  // namespace

Grads Qr::vjp(const Saved& s, Args g, NeedMask) const {
  HEARTH_CHECK_AS(
      AutogradError, mode != QrMode::R,
      "[linalg_qr] The derivative of linalg.qr depends on Q, which is not computed when "
      "mode='r'. Please use linalg.qr(A, mode='reduced') if you are going to require its "
      "derivatives.");
  const Tensor q = s.out(0), r = s.out(1);
  const int64_t m = q.size(-2), n = r.size(-1);
  HEARTH_CHECK_AS(AutogradError, mode != QrMode::Complete || m <= n,
                  "[linalg_qr] The QR decomposition is not differentiable when mode='complete' and "
                  "nrows > ncols.");
  const Tensor &gq = g[0], &gr = g[1];
  if (!gq.defined() && !gr.defined()) return Grads(1);
  Tensor middle;
  if (gr.defined()) middle = gr.matmul(r.mH());
  if (gq.defined()) {
    const Tensor part = q.mH().matmul(gq);
    middle = middle.defined() ? middle - part : -part;
  }
  if (m >= n) {
    const Tensor upper = middle.triu();
    Tensor ga = q.matmul(halve_diagonal(upper + upper.mH()));
    if (gq.defined()) ga = ga + gq;
    return one(linalg_solve_triangular(r.mH(), ga, /*upper=*/false, /*left=*/false));
  }
  const Tensor skew = halve_diagonal((middle.mH() - middle).tril());
  Tensor ga = linalg_solve_triangular(r.narrow(-1, 0, m).mH(), q.matmul(skew), /*upper=*/false,
                                      /*left=*/false);
  ga = cat({ga, zeros(batch_of(ga, {m, n - m}), ga.options().requires_grad(false))}, -1);
  return one(gr.defined() ? ga + q.matmul(gr) : ga);
}

Specs Geqrf::infer(Args in) const {
  check_matrix("geqrf", in[0]);
  const TensorImpl& a = impl(in[0]);
  Specs s(column_spec(a.sizes, a.dtype, a.device));
  s.out.push_back(
      Spec(batch_of(in[0], {std::min(in[0].size(-1), in[0].size(-2))}), a.dtype, a.device));
  return s;
}

namespace {

void check_reflections(std::string_view op, const Tensor& a, const Tensor& tau) {
  check_matrix(op, a, "input");
  HEARTH_CHECK_AS(DtypeError, a.scalar_type() == tau.scalar_type(), "[", op, "] tau dtype ",
                  to_string(tau.scalar_type()), " does not match input dtype ",
                  to_string(a.scalar_type()));
  HEARTH_CHECK_AS(
      ShapeError, tau.dim() == a.dim() - 1, "[", op,
      "] Expected tau to have one dimension less than input, but got tau.ndim equal to ", tau.dim(),
      " and input.ndim is equal to ", a.dim());
  HEARTH_CHECK_AS(ShapeError, batch_of(tau.unsqueeze(-1)) == batch_of(a), "[", op,
                  "] Expected batch dimensions of tau to be equal to input.shape[:-2], but got ",
                  tau.sizes());
}

/// c after a reflection from the left: c - tau v (v^H c).
Tensor reflect(const Tensor& c, const Tensor& v, const Tensor& tau) {
  return c - (v * tau.unsqueeze(-1).unsqueeze(-1)).matmul(v.mH().matmul(c));
}

/// The reflections of A's columns times c (or, from the last to the first, their adjoints).
Tensor reflect_all(const Tensor& a, const Tensor& tau, Tensor c, bool adjoint) {
  const Tensor vectors = a.tril(-1) + eye(a.size(-2), a.size(-1), a.options().requires_grad(false));
  const Tensor factors = adjoint ? tau.conj() : tau;
  const int64_t k = tau.size(-1);
  for (int64_t i = 0; i < k; ++i) {
    const int64_t at = adjoint ? i : k - 1 - i;
    c = reflect(c, vectors.narrow(-1, at, 1), factors.select(-1, at));
  }
  return c;
}

/// Laid out as the kernels' results are.
Tensor in_columns(const Tensor& t) { return t.mT().contiguous().mT(); }

}  // namespace

Specs HouseholderProduct::infer(Args in) const {
  const Tensor &a = in[0], &tau = in[1];
  check_reflections("linalg.householder_product", a, tau);
  HEARTH_CHECK_AS(ShapeError, a.size(-2) >= a.size(-1),
                  "[linalg_householder_product] torch.linalg.householder_product: input.shape[-2] "
                  "must be greater than or equal to input.shape[-1]");
  HEARTH_CHECK_AS(ShapeError, a.size(-1) >= tau.size(-1),
                  "[linalg_householder_product] torch.linalg.householder_product: input.shape[-1] "
                  "must be greater than or equal to tau.shape[-1]");
  return column_spec(impl(a).sizes, impl(a).dtype, impl(a).device);
}
Tensors HouseholderProduct::decompose(Args in) const {
  const Tensor& a = in[0];
  const Tensor start = eye(a.size(-2), a.size(-1), a.options().requires_grad(false));
  // No reflections read nothing of the inputs; the result is a function of them nevertheless.
  if (in[1].size(-1) == 0)
    return {in_columns(where(zeros_like(a, TensorOptions(kBool)),
                             a + in[1].sum({-1}).unsqueeze(-1).unsqueeze(-1), start))};
  return {in_columns(reflect_all(a, in[1], start.expand(a.sizes()), /*adjoint=*/false))};
}

Specs Ormqr::infer(Args in) const {
  const Tensor &a = in[0], &tau = in[1], &c = in[2];
  check_reflections("ormqr", a, tau);
  check_matrix("ormqr", c, "other");
  HEARTH_CHECK_AS(DtypeError, a.scalar_type() == c.scalar_type(),
                  "[ormqr] Expected input and other "
                  "to have the same dtype, but input has dtype ",
                  to_string(a.scalar_type()), " and other has dtype ", to_string(c.scalar_type()));
  const int64_t rows = c.size(left ? -2 : -1);
  HEARTH_CHECK_AS(ShapeError, a.size(-2) == rows, "[ormqr] torch.ormqr: other.shape[",
                  left ? -2 : -1, "] must be equal to input.shape[-2]");
  HEARTH_CHECK_AS(ShapeError, tau.size(-1) == std::min(rows, a.size(-1)),
                  "[ormqr] torch.ormqr: tau.shape[-1] must be equal to min(other.shape[",
                  left ? -2 : -1, "], input.shape[-1])");
  HEARTH_CHECK_AS(ShapeError, batch_of(a) == batch_of(c),
                  "[ormqr] Expected batch dimensions of other to be equal to input.shape[:-2], but "
                  "got ",
                  c.sizes());
  return column_spec(impl(c).sizes, impl(c).dtype, impl(c).device);
}
Tensors Ormqr::decompose(Args in) const {
  if (left) return {in_columns(reflect_all(in[0], in[1], in[2], transpose))};
  // C Q is (Q^H C^H)^H.
  return {in_columns(reflect_all(in[0], in[1], in[2].mH(), !transpose).mH())};
}

}  // namespace ops

std::tuple<Tensor, Tensor> linalg_qr(const Tensor& A, std::string_view mode) {
  HEARTH_CHECK_AS(ValueError, mode == "reduced" || mode == "complete" || mode == "r",
                  "[linalg_qr] qr received unrecognized mode '", mode,
                  "' but expected one of 'reduced' (default), 'r', or 'complete'");
  const ops::QrMode m = mode == "reduced"    ? ops::QrMode::Reduced
                        : mode == "complete" ? ops::QrMode::Complete
                                             : ops::QrMode::R;
  auto [q, r] = invoke_n<2>(ops::Qr{m}, A);
  return {std::move(q), std::move(r)};
}
std::tuple<Tensor, Tensor> qr(const Tensor& self, bool some) {
  return linalg_qr(self, some ? "reduced" : "complete");
}
std::tuple<Tensor, Tensor> geqrf(const Tensor& self) {
  auto [a, tau] = invoke_n<2>(ops::Geqrf{}, self);
  return {std::move(a), std::move(tau)};
}
Tensor linalg_householder_product(const Tensor& input, const Tensor& tau) {
  return invoke(ops::HouseholderProduct{}, input, tau);
}
Tensor orgqr(const Tensor& self, const Tensor& input2) {
  return linalg_householder_product(self, input2);
}
Tensor ormqr(const Tensor& self, const Tensor& input2, const Tensor& input3, bool left,
             bool transpose) {
  return invoke(ops::Ormqr{left, transpose}, self, input2, input3);
}

std::tuple<Tensor, Tensor> Tensor::qr(bool some) const { return hearth::qr(*this, some); }
std::tuple<Tensor, Tensor> Tensor::geqrf() const { return hearth::geqrf(*this); }
Tensor Tensor::orgqr(const Tensor& input2) const { return hearth::orgqr(*this, input2); }
Tensor Tensor::ormqr(const Tensor& input2, const Tensor& input3, bool left, bool transpose) const {
  return hearth::ormqr(*this, input2, input3, left, transpose);
}

}  // namespace hearth
