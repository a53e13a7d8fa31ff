// SPDX-License-Identifier: Apache-2.0
// Square roots and polar factors of matrices, and the equation that their derivatives solve.
#include "hearth/ops/linalg.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/view.h"

#include "ops/decompositions.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(MatrixSqrth)
HEARTH_DEFINE_OP(Polar)
HEARTH_DEFINE_OP(HermitianSylvester)

namespace {

Tensor sylvester(const Tensor& h, const Tensor& c) { return invoke(HermitianSylvester{}, h, c); }

/// The nearest Hermitian matrix.
Tensor hermitian_part(const Tensor& x) { return (x + x.mH()) * 0.5; }

}  // namespace

Specs MatrixSqrth::infer(Args in) const {
  check_square("linalg.matrix_sqrth", in[0]);
  const TensorImpl& a = impl(in[0]);
  return Spec(a.sizes, a.dtype, a.device);
}
Grads MatrixSqrth::vjp(const Saved& s, Args g, NeedMask) const {
  // X dX + dX X = dA
  return one(sylvester(s.out(), hermitian_part(g[0])));
}

Specs Polar::infer(Args in) const {
  check_matrix("linalg.polar", in[0]);
  const TensorImpl& a = impl(in[0]);
  const int64_t m = in[0].size(-2), n = in[0].size(-1);
  HEARTH_CHECK_AS(ShapeError, m >= n,
                  "[linalg_polar] linalg.polar: input must have at least as many rows as columns, "
                  "but got ",
                  m, " by ", n, " matrices");
  Specs s(Spec(a.sizes, a.dtype, a.device));
  s.out.push_back(Spec(batch_of(in[0], {n, n}), a.dtype, a.device));
  return s;
}
Grads Polar::vjp(const Saved& s, Args g, NeedMask) const {
  // H dH + dH H = A^H dA + dA^H A, and U = A H^-1.
  const Tensor &gu = g[0], &gh = g[1];
  const Tensor h = s.out(1);
  Tensor through_u, of_h = gh;
  if (gu.defined()) {
    through_u = linalg_solve(h, gu, /*left=*/false);
    const Tensor inverse = s.out(0).mH().matmul(through_u);
    of_h = gh.defined() ? gh - inverse : -inverse;
  }
  if (!of_h.defined()) return Grads(1);
  const Tensor through_h = s.in(0).matmul(sylvester(h, hermitian_part(of_h)) * 2);
  return one(through_u.defined() ? through_u + through_h : through_h);
}

Specs HermitianSylvester::infer(Args in) const {
  check_square("hermitian_sylvester", in[0], "H");
  const TensorImpl &h = impl(in[0]), &c = impl(in[1]);
  HEARTH_CHECK_AS(ShapeError, h.sizes == c.sizes,
                  "[hermitian_sylvester] expected H and C of the same sizes, got ", h.sizes.ref(),
                  " and ", c.sizes.ref());
  HEARTH_CHECK_AS(DtypeError, h.dtype == c.dtype,
                  "[hermitian_sylvester] expected H and C of the same dtype, got ", h.dtype,
                  " and ", c.dtype);
  return Spec(c.sizes, c.dtype, c.device);
}
Grads HermitianSylvester::vjp(const Saved& s, Args g, NeedMask need) const {
  const Tensor c = sylvester(s.in(0), g[0]);
  Grads grads(2);
  if (need[0]) {
    // H dX + dX H = -(dH X + X dH)
    const Tensor x = s.out();
    grads[0] = -hermitian_part(c.matmul(x.mH()) + x.mH().matmul(c));
  }
  if (need[1]) grads[1] = c;
  return grads;
}

}  // namespace ops

Tensor linalg_matrix_sqrth(const Tensor& self) { return invoke(ops::MatrixSqrth{}, self); }

std::tuple<Tensor, Tensor> linalg_polar(const Tensor& A) {
  auto [u, h] = invoke_n<2>(ops::Polar{}, A);
  return {std::move(u), std::move(h)};
}

}  // namespace hearth
