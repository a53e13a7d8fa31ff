// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/linalg.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/view.h"

#include "ops/decompositions.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(CholeskyEx)
HEARTH_DEFINE_OP(CholeskyInverse)

Specs CholeskyEx::infer(Args in) const {
  check_square("linalg.cholesky", in[0]);
  const TensorImpl& a = impl(in[0]);
  Specs s(Spec(a.sizes, a.dtype, a.device));
  s.out.push_back(Spec(batch_of(in[0]), kInt, a.device));
  return s;
}
Grads CholeskyEx::vjp(const Saved& s, Args g, NeedMask) const {
  const Tensor out = s.out(0), factor = upper ? out.mH() : out, gl = upper ? g[0].mH() : g[0];
  // L^-H (half of the lower triangle of L^H gL, and of its adjoint) L^-1
  const Tensor lower = factor.mH().matmul(gl).tril();
  const Tensor middle = (lower + lower.tril(-1).mH()) * 0.5;
  const Tensor left = linalg_solve_triangular(factor.mH(), middle, /*upper=*/true);
  return one(linalg_solve_triangular(factor, left, /*upper=*/false, /*left=*/false));
}

Specs CholeskyInverse::infer(Args in) const {
  check_square("cholesky_inverse", in[0]);
  const TensorImpl& a = impl(in[0]);
  return column_spec(a.sizes, a.dtype, a.device);
}
Grads CholeskyInverse::vjp(const Saved& s, Args g, NeedMask) const {
  const Tensor factor = upper ? s.in(0).triu() : s.in(0).tril(), inverse = s.out();
  const Tensor middle = inverse.matmul(g[0] + g[0].mH()).matmul(inverse);
  return one(upper ? -factor.matmul(middle).triu() : -middle.matmul(factor).tril());
}

}  // namespace ops

std::tuple<Tensor, Tensor> linalg_cholesky_ex(const Tensor& self, bool upper, bool check_errors) {
  auto [factor, info] = invoke_n<2>(ops::CholeskyEx{upper}, self);
  if (check_errors) ops::check_info("linalg.cholesky_ex", info);
  return {std::move(factor), std::move(info)};
}
Tensor linalg_cholesky(const Tensor& self, bool upper) {
  const auto [factor, info] = linalg_cholesky_ex(self, upper);
  ops::check_info("linalg.cholesky", info);
  return factor;
}
Tensor cholesky(const Tensor& self, bool upper) { return linalg_cholesky(self, upper); }
Tensor cholesky_inverse(const Tensor& self, bool upper) {
  return invoke(ops::CholeskyInverse{upper}, self);
}
Tensor cholesky_solve(const Tensor& self, const Tensor& input2, bool upper) {
  HEARTH_CHECK_AS(ShapeError, self.dim() >= 2 && input2.dim() >= 2,
                  "[cholesky_solve] b and u should have at least 2 dimensions, but have ",
                  self.dim(), " and ", input2.dim());
  ops::check_square("cholesky_solve", input2);
  HEARTH_CHECK_AS(
      ShapeError, self.size(-2) == input2.size(-1),
      "[cholesky_solve] Incompatible matrix sizes for cholesky_solve: each A matrix is ",
      input2.size(-1), " by ", input2.size(-1), " but each b matrix is ", self.size(-2), " by ",
      self.size(-1));
  const Tensor adjoint = input2.mH();
  const Tensor first = linalg_solve_triangular(upper ? adjoint : input2, self, /*upper=*/false);
  return linalg_solve_triangular(upper ? input2 : adjoint, first, /*upper=*/true);
}

Tensor Tensor::cholesky(bool upper) const { return hearth::cholesky(*this, upper); }
Tensor Tensor::cholesky_inverse(bool upper) const { return hearth::cholesky_inverse(*this, upper); }
Tensor Tensor::cholesky_solve(const Tensor& input2, bool upper) const {
  return hearth::cholesky_solve(*this, input2, upper);
}

}  // namespace hearth
