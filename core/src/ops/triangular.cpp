// SPDX-License-Identifier: Apache-2.0
// Triangular systems, and LDL factors.
#include "hearth/ops/linalg.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/view.h"

#include "ops/decompositions.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(SolveTriangular)
HEARTH_DEFINE_OP(LdlFactorEx)
HEARTH_DEFINE_OP(LdlSolve)

Specs SolveTriangular::infer(Args in) const {
  const Tensor &a = in[0], &b = in[1];
  check_square("linalg.solve_triangular", a);
  check_matrix("linalg.solve_triangular", b, "B");
  HEARTH_CHECK_AS(
      DtypeError, a.scalar_type() == b.scalar_type(),
      "[linalg_solve_triangular] Expected A and B to have the same dtype, but found A of "
      "type ",
      to_string(a.scalar_type()), " and B of type ", to_string(b.scalar_type()), " instead");
  HEARTH_CHECK_AS(ShapeError, a.size(-1) == b.size(left ? -2 : -1),
                  "[linalg_solve_triangular] Incompatible shapes of A and B for the equation ",
                  left ? "AX = B" : "XA = B", " (", a.size(-2), "x", a.size(-1), " and ",
                  b.size(-2), "x", b.size(-1), ")");
  return column_spec(batch_of(a, b, "linalg_solve_triangular", {b.size(-2), b.size(-1)}),
                     impl(a).dtype, impl(a).device);
}
Grads SolveTriangular::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(2);
  const Tensor gb = linalg_solve_triangular(s.in(0).mH(), g[0], !upper, left, unitriangular);
  if (need[0]) {
    const Tensor x = s.out().mH();
    const Tensor ga = left ? -gb.matmul(x) : -x.matmul(gb);
    grads[0] = upper ? ga.triu(unitriangular) : ga.tril(unitriangular ? -1 : 0);
  }
  if (need[1]) grads[1] = gb;
  return grads;
}

Specs LdlFactorEx::infer(Args in) const {
  check_square("linalg.ldl_factor_ex", in[0]);
  const TensorImpl& a = impl(in[0]);
  Specs s(column_spec(a.sizes, a.dtype, a.device));
  s.out.push_back(Spec(batch_of(in[0], {in[0].size(-1)}), kInt, a.device));
  s.out.push_back(Spec(batch_of(in[0]), kInt, a.device));
  return s;
}

Specs LdlSolve::infer(Args in) const {
  const Tensor &ld = in[0], &pivots = in[1], &b = in[2];
  check_square("linalg.ldl_solve", ld, "LD");
  check_matrix("linalg.ldl_solve", b, "B");
  HEARTH_CHECK_AS(ShapeError, pivots.sizes() == batch_of(ld, {ld.size(-1)}).ref(),
                  "[linalg_ldl_solve] Expected LD.shape[:-1] and pivots.shape to be the same, but "
                  "got pivots with shape ",
                  pivots.sizes(), " instead");
  HEARTH_CHECK_AS(DtypeError, pivots.scalar_type() == kInt,
                  "[linalg_ldl_solve] Expected pivots to be int32. Got ",
                  to_string(pivots.scalar_type()));
  HEARTH_CHECK_AS(DtypeError, ld.scalar_type() == b.scalar_type(), "[linalg_ldl_solve] LD dtype ",
                  to_string(ld.scalar_type()), " does not match b dtype ",
                  to_string(b.scalar_type()));
  HEARTH_CHECK_AS(ShapeError, ld.size(-1) == b.size(-2),
                  "[linalg_ldl_solve] Incompatible shapes of LD and B (", ld.sizes(), " and ",
                  b.sizes(), ")");
  return column_spec(batch_of(ld, b, "linalg_ldl_solve", {b.size(-2), b.size(-1)}), impl(ld).dtype,
                     impl(ld).device);
}

}  // namespace ops

Tensor linalg_solve_triangular(const Tensor& self, const Tensor& B, bool upper, bool left,
                               bool unitriangular) {
  return invoke(ops::SolveTriangular{upper, left, unitriangular}, self, B);
}
std::tuple<Tensor, Tensor> triangular_solve(const Tensor& self, const Tensor& A, bool upper,
                                            bool transpose, bool unitriangular) {
  ops::check_square("triangular_solve", A);
  Tensor x = linalg_solve_triangular(transpose ? A.mT() : A, self, upper != transpose,
                                     /*left=*/true, unitriangular);
  DimVector sizes = ops::batch_of(x, {A.size(-2), A.size(-1)});
  return {std::move(x), A.expand(sizes).clone()};
}

std::tuple<Tensor, Tensor, Tensor> linalg_ldl_factor_ex(const Tensor& self, bool hermitian,
                                                        bool check_errors) {
  auto [factors, pivots, info] = invoke_n<3>(ops::LdlFactorEx{hermitian}, self);
  if (check_errors) ops::check_info("linalg.ldl_factor_ex", info);
  return {std::move(factors), std::move(pivots), std::move(info)};
}
std::tuple<Tensor, Tensor> linalg_ldl_factor(const Tensor& self, bool hermitian) {
  const auto [factors, pivots, info] = linalg_ldl_factor_ex(self, hermitian);
  ops::check_info("linalg.ldl_factor", info);
  return {factors, pivots};
}
Tensor linalg_ldl_solve(const Tensor& LD, const Tensor& pivots, const Tensor& B, bool hermitian) {
  return invoke(ops::LdlSolve{hermitian}, LD, pivots, B);
}

std::tuple<Tensor, Tensor> Tensor::triangular_solve(const Tensor& A, bool upper, bool transpose,
                                                    bool unitriangular) const {
  return hearth::triangular_solve(*this, A, upper, transpose, unitriangular);
}

}  // namespace hearth
