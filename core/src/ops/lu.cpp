// SPDX-License-Identifier: Apache-2.0
// LU factors, and what is solved, inverted and measured with them.
#include <limits>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "autograd/autocast_modes.h"
#include "ops/decompositions.h"
#include "ops/reduce.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(LuFactorEx)
HEARTH_DEFINE_OP(LuPermutation)
HEARTH_DEFINE_OP(LuSolve)
HEARTH_DEFINE_OP(SolveEx)
HEARTH_DEFINE_OP(InvEx)
HEARTH_DEFINE_OP(Det)
HEARTH_DEFINE_OP(SlogDet)

namespace {

void check_same_type(std::string_view op, const char* first, const Tensor& a, const Tensor& b) {
  HEARTH_CHECK_AS(DtypeError, a.scalar_type() == b.scalar_type(), "[", op, "] Expected ", first,
                  " and B to have the same dtype, but found ", first, " of type ",
                  to_string(a.scalar_type()), " and B of type ", to_string(b.scalar_type()),
                  " instead");
}

void check_equation(std::string_view op, const Tensor& a, const Tensor& b) {
  HEARTH_CHECK_AS(ShapeError, a.size(-1) == b.size(-2), "[", op,
                  "] Incompatible shapes of A and B for the equation AX = B (", a.size(-2), "x",
                  a.size(-1), " and ", b.size(-2), "x", b.size(-1), ")");
}

void check_pivots(std::string_view op, const Tensor& factors, const Tensor& pivots) {
  HEARTH_CHECK_AS(DtypeError, pivots.scalar_type() == kInt, "[", op,
                  "] pivots should be a Tensor of scalar type torch.int32, got ",
                  to_string(pivots.scalar_type()));
  const DimVector wanted = batch_of(factors, {std::min(factors.size(-1), factors.size(-2))});
  HEARTH_CHECK_AS(ShapeError, pivots.sizes() == wanted.ref(), "[", op,
                  "] Number of pivots per batch should be same as the dimension of the matrix: "
                  "expected pivots of sizes ",
                  wanted.ref(), ", got ", pivots.sizes());
}

struct Factors {
  Tensor lower, upper;
};
Factors factors_of(const Tensor& lu) {
  const int64_t m = lu.size(-2), n = lu.size(-1), k = std::min(m, n);
  return {lu.narrow(-1, 0, k).tril(-1) + eye(m, k, lu.options().requires_grad(false)),
          lu.narrow(-2, 0, k).triu()};
}
Tensor permutation_of(const Tensor& lu, const Tensor& pivots) {
  return invoke(LuPermutation{lu.size(-2), lu.scalar_type()}, pivots);
}

Tensor zeros_below(const Tensor& like, int64_t rows, int64_t columns) {
  return zeros(batch_of(like, {rows, columns}), like.options().requires_grad(false));
}

/// X of A^H X = b for A with these factors: by them, or by A itself where X is to be
/// differentiated.
Tensor solve_adjoint(const Tensor& a, const Tensor& lu, const Tensor& pivots, const Tensor& b) {
  if (GradMode::is_enabled()) return linalg_solve(a.mH(), b);
  return linalg_lu_solve(lu, pivots, b, /*left=*/true, /*adjoint=*/true);
}

}  // namespace

Specs LuFactorEx::infer(Args in) const {
  check_matrix("linalg.lu_factor", in[0]);
  const TensorImpl& a = impl(in[0]);
  const int64_t k = std::min(in[0].size(-1), in[0].size(-2));
  Specs s(column_spec(a.sizes, a.dtype, a.device));
  s.out.push_back(Spec(batch_of(in[0], {k}), kInt, a.device));
  s.out.push_back(Spec(batch_of(in[0]), kInt, a.device));
  return s;
}
Grads LuFactorEx::vjp(const Saved& s, Args g, NeedMask) const {
  const Tensor lu = s.out(0);
  const auto [lower, upper] = factors_of(lu);
  const int64_t m = lu.size(-2), n = lu.size(-1), k = std::min(m, n);
  // The parts of g that belong to L and to U.
  const Tensor gl = g[0].narrow(-1, 0, k).tril(-1), gu = g[0].narrow(-2, 0, k).triu();
  Tensor ga;
  if (m == n) {
    const Tensor middle = lower.mH().matmul(gl).tril(-1) + gu.matmul(upper.mH()).triu();
    ga = linalg_solve_triangular(upper.mH(), middle, false, /*left=*/false);
    ga = linalg_solve_triangular(lower.mH(), ga, true, true, /*unitriangular=*/true);
  } else if (m < n) {
    const Tensor middle = (lower.mH().matmul(gl) - gu.matmul(upper.mH())).tril(-1);
    ga = linalg_solve_triangular(upper.narrow(-1, 0, k).mH(), middle, false, /*left=*/false);
    ga = cat({ga, zeros_below(ga, m, n - k)}, -1) + gu;
    ga = linalg_solve_triangular(lower.mH(), ga, true, true, /*unitriangular=*/true);
  } else {
    const Tensor middle = (gu.matmul(upper.mH()) - lower.mH().matmul(gl)).triu();
    ga = linalg_solve_triangular(lower.narrow(-2, 0, k).mH(), middle, true, true,
                                 /*unitriangular=*/true);
    ga = cat({ga, zeros_below(ga, m - k, n)}, -2) + gl;
    ga = linalg_solve_triangular(upper.mH(), ga, false, /*left=*/false);
  }
  return one(permutation_of(lu, s.out(1)).matmul(ga));
}

Specs LuPermutation::infer(Args in) const {
  const TensorImpl& p = impl(in[0]);
  HEARTH_CHECK_AS(DtypeError, p.dtype == kInt,
                  "[lu_unpack] torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of "
                  "torch.int32 dtype, got ",
                  to_string(p.dtype));
  HEARTH_CHECK_AS(ShapeError, !p.sizes.empty(), "[lu_unpack] LU_pivots needs at least one dim");
  DimVector sizes = p.sizes.ref().slice(0, p.sizes.size() - 1);
  sizes.push_back(rows);
  sizes.push_back(rows);
  return Spec(std::move(sizes), dtype, p.device);
}

Specs LuSolve::infer(Args in) const {
  const Tensor &lu = in[0], &b = in[2];
  check_square("linalg.lu_solve", lu, "LU");
  check_matrix("linalg.lu_solve", b, "B");
  check_same_type("linalg_lu_solve", "LU", lu, b);
  check_equation("linalg_lu_solve", lu, b);
  check_pivots("linalg_lu_solve", lu, in[1]);
  return column_spec(batch_of(lu, b, "linalg_lu_solve", {b.size(-2), b.size(-1)}), impl(lu).dtype,
                     impl(lu).device);
}
Grads LuSolve::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(3);
  const Tensor lu = s.in(0), pivots = s.in(1);
  if (need[0]) {
    const auto [lower, upper] = factors_of(lu);
    const Tensor x = s.out();
    if (!adjoint) {
      const Tensor gr = linalg_solve_triangular(upper.mH(), -g[0].matmul(x.mH()), false);
      const Tensor gl =
          linalg_solve_triangular(lower.mH(), gr.matmul(upper.mH()), true, true, true);
      grads[0] = gl.tril(-1) + gr.triu();
    } else {
      const Tensor p = permutation_of(lu, pivots);
      Tensor gr = -p.mT().matmul(x).matmul(g[0].mH()).matmul(p);
      gr = linalg_solve_triangular(lower.mH(), gr, true, /*left=*/false, /*unitriangular=*/true);
      const Tensor gu =
          linalg_solve_triangular(upper.mH(), lower.mH().matmul(gr), false, /*left=*/false);
      grads[0] = gr.tril(-1) + gu.triu();
    }
  }
  if (need[2]) grads[2] = linalg_lu_solve(lu, pivots, g[0], /*left=*/true, !adjoint);
  return grads;
}

Specs SolveEx::infer(Args in) const {
  const Tensor &a = in[0], &b = in[1];
  check_square("linalg.solve", a);
  check_matrix("linalg.solve", b, "B");
  check_same_type("linalg_solve", "A", a, b);
  check_equation("linalg_solve", a, b);
  const TensorImpl& t = impl(a);
  Specs s(column_spec(batch_of(a, b, "linalg_solve", {b.size(-2), b.size(-1)}), t.dtype, t.device));
  s.out.push_back(column_spec(t.sizes, t.dtype, t.device));
  s.out.push_back(Spec(batch_of(a, {a.size(-1)}), kInt, t.device));
  s.out.push_back(Spec(batch_of(a), kInt, t.device));
  return s;
}
Grads SolveEx::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(2);
  const Tensor gb = solve_adjoint(s.in(0), s.out(1), s.out(2), g[0]);
  if (need[0]) grads[0] = -gb.matmul(s.out(0).mH());
  if (need[1]) grads[1] = gb;
  return grads;
}

Specs InvEx::infer(Args in) const {
  check_square("linalg.inv", in[0]);
  const TensorImpl& a = impl(in[0]);
  Specs s(column_spec(a.sizes, a.dtype, a.device));
  s.out.push_back(Spec(batch_of(in[0]), kInt, a.device));
  return s;
}
Grads InvEx::vjp(const Saved& s, Args g, NeedMask) const {
  const Tensor adjoint = s.out(0).mH();
  return one(-adjoint.matmul(g[0]).matmul(adjoint));
}

Specs Det::infer(Args in) const {
  check_square("linalg.det", in[0]);
  const TensorImpl& a = impl(in[0]);
  Specs s(Spec(batch_of(in[0]), a.dtype, a.device));
  s.out.push_back(column_spec(a.sizes, a.dtype, a.device));
  s.out.push_back(Spec(batch_of(in[0], {in[0].size(-1)}), kInt, a.device));
  return s;
}

namespace {

/// g times the adjoint of A's adjugate, by A's singular values: of singular A as well.
Tensor adjugate_gradient(const Tensor& a, const Tensor& g) {
  const auto [u, s, vh] = linalg_svd(a);
  const Tensor unit = (linalg_det(u) * linalg_det(vh)).conj();
  const Tensor others =
      invoke(ProdBackward{-1}, ones(batch_of(a, {1}), s.options().requires_grad(false)), s);
  return (u * ((g * unit).unsqueeze(-1) * others).unsqueeze(-2)).matmul(vh);
}

}  // namespace

Grads Det::vjp(const Saved& s, Args g, NeedMask) const {
  const Tensor a = s.in(0), det = s.out(0), lu = s.out(1), pivots = s.out(2);
  const int64_t n = a.size(-1);
  const Tensor identity = eye(n, a.options().requires_grad(false));
  const auto times = [&](const Tensor& numbers) {
    return (g[0] * numbers.conj()).unsqueeze(-1).unsqueeze(-1) * identity;
  };
  if (!GradMode::is_enabled()) {
    // Cofactors are smooth, so those of a regular matrix close to a singular one will do.
    const double epsilon =
        to_real(a.scalar_type()) == kDouble ? 2.220446049250313e-16 : 1.1920928955078125e-07;
    const Tensor diagonal = lu.diagonal(0, -2, -1);
    const Tensor shift = diagonal.eq(0).to(lu.scalar_type()) * epsilon;
    const Tensor swaps = pivots.ne(arange(1, n + 1, pivots.options())).sum(IntArrayRef{-1});
    const Tensor close = (diagonal + shift).prod(-1) * (1 - swaps % 2 * 2);
    return one(linalg_lu_solve(lu + diag_embed(shift), pivots, times(det.where(det.ne(0), close)),
                               true, true));
  }
  const Tensor scaled = times(det);
  const Tensor singular = det.detach().eq(0);
  if (!singular.any().item<bool>()) return one(linalg_solve(a.mH(), scaled));
  if (singular.all().item<bool>()) return one(adjugate_gradient(a, g[0]));
  // Of a batch, each its own way.
  const Tensor flat = a.flatten(0, -3), which = singular.flatten();
  const Tensor rest = which.logical_not().nonzero().squeeze(-1),
               those = which.nonzero().squeeze(-1);
  const Tensor regular =
      linalg_solve(flat.index_select(0, rest).mH(), scaled.flatten(0, -3).index_select(0, rest));
  const Tensor other =
      adjugate_gradient(flat.index_select(0, those), g[0].flatten().index_select(0, those));
  return one(
      zeros_like(flat).index_copy(0, rest, regular).index_copy(0, those, other).view(a.sizes()));
}

Specs SlogDet::infer(Args in) const {
  check_square("linalg.slogdet", in[0]);
  const TensorImpl& a = impl(in[0]);
  Specs s(Spec(batch_of(in[0]), a.dtype, a.device));
  s.out.push_back(Spec(batch_of(in[0]), to_real(a.dtype), a.device));
  s.out.push_back(column_spec(a.sizes, a.dtype, a.device));
  s.out.push_back(Spec(batch_of(in[0], {in[0].size(-1)}), kInt, a.device));
  return s;
}
Grads SlogDet::vjp(const Saved& s, Args g, NeedMask) const {
  const Tensor a = s.in(0), sign = s.out(0), lu = s.out(2), pivots = s.out(3);
  Tensor scale;
  if (g[1].defined()) scale = g[1].to(a.scalar_type());
  if (g[0].defined() && a.is_complex()) {
    // The sign turns with the determinant's phase, and its size is always 1.
    const Tensor turn = g[0].conj() * sign;
    const Tensor phase = (turn.conj() - turn) * 0.5;
    scale = scale.defined() ? scale + phase : phase;
  }
  if (!scale.defined()) return Grads(1);
  const Tensor diagonal =
      scale.unsqueeze(-1).unsqueeze(-1) * eye(a.size(-1), a.options().requires_grad(false));
  return one(solve_adjoint(a, lu, pivots, diagonal));
}

}  // namespace ops

// ---- LU

namespace {

void check_pivot(const char* op, bool pivot) {
  HEARTH_CHECK_AS(NotImplementedError, pivot, "[", op,
                  "] LU without pivoting is not implemented on the CPU");
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> linalg_lu_factor_ex(const Tensor& A, bool pivot,
                                                       bool check_errors) {
  check_pivot("linalg_lu_factor", pivot);
  auto [lu, pivots, info] = invoke_n<3>(ops::LuFactorEx{}, A);
  if (check_errors) ops::check_info("linalg.lu_factor_ex", info);
  return {std::move(lu), std::move(pivots), std::move(info)};
}
std::tuple<Tensor, Tensor> linalg_lu_factor(const Tensor& A, bool pivot) {
  const auto [lu, pivots, info] = linalg_lu_factor_ex(A, pivot);
  ops::check_info("linalg.lu_factor", info);
  return {lu, pivots};
}
std::tuple<Tensor, Tensor, Tensor> linalg_lu(const Tensor& A, bool pivot) {
  check_pivot("linalg_lu", pivot);
  const auto [lu, pivots, info] = linalg_lu_factor_ex(A);
  return lu_unpack(lu, pivots);
}
std::tuple<Tensor, Tensor, Tensor> lu_unpack(const Tensor& LU_data, const Tensor& LU_pivots,
                                             bool unpack_data, bool unpack_pivots) {
  ops::check_matrix("lu_unpack", LU_data, "LU_data");
  const Tensor none = LU_data.new_empty({0});
  std::tuple<Tensor, Tensor, Tensor> out(none, none, none);
  if (unpack_pivots) {
    ops::check_pivots("lu_unpack", LU_data, LU_pivots);
    std::get<0>(out) = ops::permutation_of(LU_data, LU_pivots);
  }
  if (unpack_data) {
    auto [lower, upper] = ops::factors_of(LU_data);
    std::get<1>(out) = std::move(lower);
    std::get<2>(out) = std::move(upper);
  }
  return out;
}

Tensor linalg_lu_solve(const Tensor& LU, const Tensor& pivots, const Tensor& B, bool left,
                       bool adjoint) {
  if (left) return invoke(ops::LuSolve{adjoint}, LU, pivots, B);
  // X A = B is A^H X^H = B^H.
  ops::check_matrix("linalg.lu_solve", B, "B");
  HEARTH_CHECK_AS(ShapeError, LU.dim() < 2 || LU.size(-1) == B.size(-1),
                  "[linalg_lu_solve] Incompatible shapes of A and B for the equation XA = B (",
                  LU.sizes(), " and ", B.sizes(), ")");
  return invoke(ops::LuSolve{!adjoint}, LU, pivots, B.mH()).mH();
}
Tensor lu_solve(const Tensor& self, const Tensor& LU_data, const Tensor& LU_pivots) {
  return linalg_lu_solve(LU_data, LU_pivots, self);
}

// ---- equations

namespace {

/// Whether B holds a vector for each matrix of A.
bool is_vector(const Tensor& a, const Tensor& b) {
  return b.dim() == 1 ||
         (a.dim() - 1 == b.dim() && b.sizes() == a.sizes().slice(0, a.sizes().size() - 1));
}

std::array<Tensor, 4> solve(const Tensor& matrix, const Tensor& right, bool left) {
  Tensor a = matrix, b = right;
  const AutocastAsOne cast({Cast::Float32, Cast::Float32}, {&a, &b});
  ops::check_square("linalg.solve", a);
  HEARTH_CHECK(b.defined(), "[linalg_solve] B is undefined; expected a Tensor");
  const bool vector = is_vector(a, b);
  HEARTH_CHECK_AS(ShapeError, left || !vector,
                  "[linalg_solve] Vector broadcasting of the left hand side is not supported for "
                  "left=False. In this case linalg.solve is equivalent to B / A.squeeze(-1)");
  if (left) {
    std::array<Tensor, 4> out = invoke_n<4>(ops::SolveEx{}, a, vector ? b.unsqueeze(-1) : b);
    if (vector) out[0] = out[0].squeeze(-1);
    return out;
  }
  HEARTH_CHECK_AS(ShapeError, b.dim() < 2 || a.size(-1) == b.size(-1),
                  "[linalg_solve] Incompatible shapes of A and B for the equation XA = B (",
                  a.size(-2), "x", a.size(-1), " and ", b.size(-2), "x", b.size(-1), ")");
  ops::check_matrix("linalg.solve", b, "B");
  std::array<Tensor, 4> out = invoke_n<4>(ops::SolveEx{}, a.mT(), b.mT());
  out[0] = out[0].mT();
  return out;
}

}  // namespace

std::tuple<Tensor, Tensor> linalg_solve_ex(const Tensor& A, const Tensor& B, bool left,
                                           bool check_errors) {
  const std::array<Tensor, 4> out = solve(A, B, left);
  if (check_errors) ops::check_info("linalg.solve_ex", out[3]);
  return {out[0], out[3]};
}
Tensor linalg_solve(const Tensor& A, const Tensor& B, bool left) {
  const std::array<Tensor, 4> out = solve(A, B, left);
  ops::check_info("linalg.solve", out[3]);
  return out[0];
}

std::tuple<Tensor, Tensor> linalg_inv_ex(const Tensor& A, bool check_errors) {
  auto [inverse, info] = invoke_n<2>(ops::InvEx{}, A);
  if (check_errors) ops::check_info("linalg.inv_ex", info);
  return {std::move(inverse), std::move(info)};
}
Tensor linalg_inv(const Tensor& A) {
  const auto [inverse, info] = linalg_inv_ex(A);
  ops::check_info("linalg.inv", info);
  return inverse;
}
Tensor inverse(const Tensor& self) { return linalg_inv(self); }

// ---- determinants

Tensor linalg_det(const Tensor& A) { return invoke_n<3>(ops::Det{}, A)[0]; }
Tensor det(const Tensor& self) { return linalg_det(self); }
std::tuple<Tensor, Tensor> linalg_slogdet(const Tensor& A) {
  auto out = invoke_n<4>(ops::SlogDet{}, A);
  return {std::move(out[0]), std::move(out[1])};
}
std::tuple<Tensor, Tensor> slogdet(const Tensor& self) { return linalg_slogdet(self); }
Tensor logdet(const Tensor& self) {
  const auto [sign, size] = linalg_slogdet(self);
  if (self.is_complex()) return sign.log() + size;
  return size.masked_fill(sign.eq(-1), std::numeric_limits<double>::quiet_NaN());
}

Tensor Tensor::det() const { return hearth::det(*this); }
Tensor Tensor::logdet() const { return hearth::logdet(*this); }
std::tuple<Tensor, Tensor> Tensor::slogdet() const { return hearth::slogdet(*this); }
Tensor Tensor::inverse() const { return hearth::inverse(*this); }
Tensor Tensor::lu_solve(const Tensor& LU_data, const Tensor& LU_pivots) const {
  return hearth::lu_solve(*this, LU_data, LU_pivots);
}

}  // namespace hearth
