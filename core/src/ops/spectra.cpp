// SPDX-License-Identifier: Apache-2.0
// Singular values and eigenvalues.
#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "ops/decompositions.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Svd)
HEARTH_DEFINE_OP(Eigh)
HEARTH_DEFINE_OP(Eig)

Specs Svd::infer(Args in) const {
  check_matrix("linalg.svd", in[0]);
  const TensorImpl& a = impl(in[0]);
  const int64_t m = in[0].size(-2), n = in[0].size(-1), k = std::min(m, n);
  const Spec none({0}, a.dtype, a.device);
  const auto vectors = [&](int64_t rows, int64_t columns) {
    return compute_uv ? column_spec(batch_of(in[0], {rows, columns}), a.dtype, a.device) : none;
  };
  Specs s(vectors(m, full_matrices ? m : k));
  s.out.push_back(Spec(batch_of(in[0], {k}), to_real(a.dtype), a.device));
  s.out.push_back(vectors(full_matrices ? n : k, n));
  return s;
}

namespace {

/// Throws where a loss depends on the phase of complex vectors: `turn` is the diagonal of their
/// adjoint times their gradient.
void check_phase(std::string_view op, std::string_view message, const Tensor& turn) {
  const Tensor phase = imag(turn.detach());
  HEARTH_CHECK_AS(AutogradError, phase.allclose(zeros_like(phase), 1e-2, 1e-2), "[", op, "] ",
                  message);
}

Tensor skew(const Tensor& x) { return x - x.mH(); }

}  // namespace

Grads Svd::vjp(const Saved& s, Args g, NeedMask) const {
  HEARTH_CHECK_AS(AutogradError, compute_uv,
                  "[linalg_svd] the derivative of the singular values needs the vectors; compute "
                  "them as well");
  const Tensor values = s.out(1);
  const int64_t k = values.size(-1);
  Tensor u = s.out(0), vh = s.out(2), gu = g[0], gvh = g[2];
  const Tensor& gs = g[1];
  if (full_matrices) {
    u = u.narrow(-1, 0, k);
    vh = vh.narrow(-2, 0, k);
    if (gu.defined()) gu = gu.narrow(-1, 0, k);
    if (gvh.defined()) gvh = gvh.narrow(-2, 0, k);
  }
  const int64_t m = u.size(-2), n = vh.size(-1);
  const bool complex = u.is_complex();
  const auto as_factor = [&](const Tensor& real) { return real.to(u.scalar_type()); };
  if (!gu.defined() && !gvh.defined()) {
    if (!gs.defined()) return Grads(1);
    return one(m >= n ? u.matmul(as_factor(gs).unsqueeze(-1) * vh)
                      : (u * as_factor(gs).unsqueeze(-2)).matmul(vh));
  }
  Tensor uu, vv;
  if (gu.defined()) uu = skew(u.mH().matmul(gu));
  if (gvh.defined()) vv = skew(vh.matmul(gvh.mH()));
  if (complex) {
    Tensor turn = uu.defined() ? uu : vv;
    if (uu.defined() && vv.defined()) turn = uu + vv;
    check_phase("linalg_svd",
                "svd_backward: The singular vectors in the complex case are specified up to "
                "multiplication by e^{i phi}. The specified loss function depends on this phase "
                "term, making it ill-defined.",
                turn.diagonal(0, -2, -1));
  }
  // U^H gA V
  const Tensor gaps = differences(values * values);
  const Tensor across = values.unsqueeze(-2), along = values.unsqueeze(-1);
  Tensor core;
  if (uu.defined() && vv.defined()) {
    core = (uu * across + along * vv) / gaps;
  } else if (uu.defined()) {
    core = uu / gaps * across;
  } else {
    core = along * (vv / gaps);
  }
  if (gs.defined()) core = core + diag_embed(as_factor(gs));
  if (complex && uu.defined() && vv.defined())
    core = core + diag_embed(uu.diagonal(0, -2, -1) / (values * 2));
  // What leaves the space of U's columns, or of V's.
  if (m > k && gu.defined()) {
    const Tensor scaled = gu / across;
    const Tensor inside = u.matmul(core - u.mH().matmul(scaled));
    return one((inside + scaled).matmul(vh));
  }
  if (n > k && gvh.defined()) {
    const Tensor scaled = gvh / along;
    const Tensor inside = (core - scaled.matmul(vh.mH())).matmul(vh);
    return one(u.matmul(inside + scaled));
  }
  return one(m >= n ? u.matmul(core.matmul(vh)) : u.matmul(core).matmul(vh));
}

Specs Eigh::infer(Args in) const {
  check_square("linalg.eigh", in[0]);
  const TensorImpl& a = impl(in[0]);
  Specs s(Spec(batch_of(in[0], {in[0].size(-1)}), to_real(a.dtype), a.device));
  s.out.push_back(compute_v ? column_spec(a.sizes, a.dtype, a.device)
                            : Spec({0}, a.dtype, a.device));
  return s;
}
Grads Eigh::vjp(const Saved& s, Args g, NeedMask) const {
  HEARTH_CHECK_AS(AutogradError, compute_v,
                  "[linalg_eigh] the derivative of the eigenvalues needs the vectors; compute them "
                  "as well");
  const Tensor values = s.out(0), v = s.out(1);
  const Tensor &gl = g[0], &gv = g[1];
  if (!gv.defined()) {
    if (!gl.defined()) return Grads(1);
    return one((v * gl.to(v.scalar_type()).unsqueeze(-2)).matmul(v.mH()));
  }
  const Tensor turns = v.mH().matmul(gv);
  if (v.is_complex())
    check_phase(
        "linalg_eigh",
        "linalg_eigh_backward: The eigenvectors in the complex case are specified up to "
        "multiplication by e^{i phi}. The specified loss function depends on this quantity, "
        "so it is ill-defined.",
        turns.diagonal(0, -2, -1));
  Tensor core = skew(turns) * 0.5 / differences(values);
  if (gl.defined()) core = core + diag_embed(gl.to(v.scalar_type()));
  return one(v.matmul(core.matmul(v.mH())));
}

Specs Eig::infer(Args in) const {
  check_square("linalg.eig", in[0]);
  const TensorImpl& a = impl(in[0]);
  const ScalarType type = a.dtype == kFloat    ? kComplexFloat
                          : a.dtype == kDouble ? kComplexDouble
                                               : a.dtype;
  Specs s(Spec(batch_of(in[0], {in[0].size(-1)}), type, a.device));
  s.out.push_back(compute_v ? column_spec(a.sizes, type, a.device) : Spec({0}, type, a.device));
  return s;
}
Grads Eig::vjp(const Saved& s, Args g, NeedMask) const {
  HEARTH_CHECK_AS(AutogradError, compute_v,
                  "[linalg_eig] the derivative of the eigenvalues needs the vectors; compute them "
                  "as well");
  const Tensor values = s.out(0), v = s.out(1);
  const Tensor &gl = g[0], &gv = g[1];
  if (!gv.defined()) {
    if (!gl.defined()) return Grads(1);
    return one(linalg_solve(v.mH(), gl.unsqueeze(-1) * v.mH()));
  }
  const Tensor turns = v.mH().matmul(gv), diagonal = turns.diagonal(0, -2, -1);
  check_phase("linalg_eig",
              "linalg_eig_backward: The eigenvectors in the complex case are specified up to "
              "multiplication by e^{i phi}. The specified loss function depends on this quantity, "
              "so it is ill-defined.",
              diagonal);
  // Vectors keep their length.
  const Tensor lengths = v * real(diagonal).unsqueeze(-2);
  Tensor core = (turns - v.mH().matmul(lengths)) / differences(values).conj();
  core = core - diag_embed(core.diagonal(0, -2, -1));
  if (gl.defined()) core = core + diag_embed(gl);
  return one(linalg_solve(v.mH(), core.matmul(v.mH())));
}

}  // namespace ops

namespace {

/// Eigenvalues and singular values are differentiated by way of the vectors.
bool needs_vectors(const Tensor& a) { return GradMode::is_enabled() && a.requires_grad(); }

bool upper_of(std::string_view uplo) {
  HEARTH_CHECK_AS(ValueError, uplo == "L" || uplo == "U" || uplo == "l" || uplo == "u",
                  "[linalg_eigh] Expected UPLO argument to be 'L' or 'U', but got ", uplo);
  return uplo == "U" || uplo == "u";
}

void check_driver(std::string_view op, std::optional<std::string_view> driver) {
  HEARTH_CHECK_AS(ValueError, !driver, "[", op, "] ", op,
                  ": keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER "
                  "backend.");
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> linalg_svd(const Tensor& A, bool full_matrices,
                                              std::optional<std::string_view> driver) {
  check_driver("linalg_svd", driver);
  auto out = invoke_n<3>(ops::Svd{full_matrices, true}, A);
  return {std::move(out[0]), std::move(out[1]), std::move(out[2])};
}
Tensor linalg_svdvals(const Tensor& A, std::optional<std::string_view> driver) {
  check_driver("linalg_svdvals", driver);
  return invoke_n<3>(ops::Svd{false, needs_vectors(A)}, A)[1];
}
std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& self, bool some, bool compute_uv) {
  if (compute_uv) {
    const auto [u, s, vh] = linalg_svd(self, !some);
    return {u, s, vh.mH()};
  }
  // As much as the vectors would take, all zeros.
  ops::check_matrix("linalg.svd", self);
  const auto none = [&](int64_t n) {
    return zeros(ops::batch_of(self, {n, n}), self.options().requires_grad(false));
  };
  return {none(self.size(-2)), linalg_svdvals(self), none(self.size(-1))};
}

std::tuple<Tensor, Tensor> linalg_eigh(const Tensor& self, std::string_view UPLO) {
  auto [values, vectors] = invoke_n<2>(ops::Eigh{upper_of(UPLO), true}, self);
  return {std::move(values), std::move(vectors)};
}
Tensor linalg_eigvalsh(const Tensor& self, std::string_view UPLO) {
  return invoke_n<2>(ops::Eigh{upper_of(UPLO), needs_vectors(self)}, self)[0];
}
std::tuple<Tensor, Tensor> linalg_eig(const Tensor& self) {
  auto [values, vectors] = invoke_n<2>(ops::Eig{true}, self);
  return {std::move(values), std::move(vectors)};
}
Tensor linalg_eigvals(const Tensor& self) {
  return invoke_n<2>(ops::Eig{needs_vectors(self)}, self)[0];
}

std::tuple<Tensor, Tensor, Tensor> Tensor::svd(bool some, bool compute_uv) const {
  return hearth::svd(*this, some, compute_uv);
}

}  // namespace hearth
