// SPDX-License-Identifier: Apache-2.0
// Least squares: by QR factors, or by singular values where the rank is asked for.
#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/linalg_decompositions.h"

#include "cuda/kernels.h"
#include "cuda/matrix_parts.h"
#include "cuda/solver.h"

namespace hearth::cuda {

namespace {

/// Of matrices of full rank.
template <class T>
void by_reflections(const Call& call) {
  const Tensor &a = call.in[0], &b = call.in[1], &x = call.out[0];
  const bool wide = a.size(-2) < a.size(-1);
  const Tensor factored = columns_copy(wide ? a.mH() : a), right = columns_copy(b);
  const auto reflections = Matrices<T>::of(factored), rhs = Matrices<T>::of(right);
  const int k = std::min(reflections.rows, reflections.cols);
  const Tensor tau = new_tensor(ops::batch_of(a, {k}), impl(a).dtype, impl(a).device);
  solver::geqrf(reflections, ptr<T>(tau));
  check_diagonal("linalg.lstsq", transposed(factored));
  const auto result = Matrices<T>::out(x);
  const Tensor given = transposed(right);
  const BatchPlaces same(a, b);
  if (wide) {
    // A = R^H Q^H: of all x, Q times the one that R^H determines is the shortest.
    solver::trsm('L', 'U', 'C', 'N', reflections, same, rhs);
    x.zero_();
    copy_raw_into(first_rows(x, k), given);
    solver::ormqr('L', false, reflections, k, ptr<T>(tau), result);
  } else {
    solver::ormqr('L', true, reflections, k, ptr<T>(tau), rhs);
    copy_raw_into(x, first_rows(given, k));
    solver::trsm('L', 'U', 'N', 'N', reflections, same, result);
  }
}

void by_singular_values(const Call& call) {
  const Tensor &a = call.in[0], &b = call.in[1];
  const auto [u, s, vh] = linalg_svd(a, /*full_matrices=*/false);
  const double epsilon = impl(s).dtype == kDouble ? 0x1p-52 : 0x1p-23;
  const double rcond = call.as<ops::Lstsq>().rcond;
  const Tensor counts = s.gt(s.amax({-1}, true) * (rcond < 0 ? epsilon : rcond));
  const Tensor inverted = s.reciprocal().masked_fill(counts.logical_not(), 0).unsqueeze(-1);
  copy_raw_into(call.out[0], vh.mH().matmul(u.mH().matmul(b) * inverted));
  copy_raw_into(call.out[1], counts.sum(-1));
  if (impl(call.out[2]).sizes == impl(s).sizes) copy_raw_into(call.out[2], s);
}

template <class T>
void lstsq(const Call& call) {
  const NoGradGuard no_grad;
  const Tensor &a = call.in[0], &x = call.out[0];
  const bool ranks = call.as<ops::Lstsq>().driver != ops::LstsqDriver::Gels;
  if (std::min(a.size(-1), a.size(-2)) == 0 || impl(x).numel == 0) {
    for (const Tensor& t : call.out) t.zero_();
  } else if (ranks) {
    by_singular_values(call);
  } else {
    by_reflections<T>(call);
  }
}

}  // namespace

void install_lstsq() { ops::Lstsq::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(lstsq); }

}  // namespace hearth::cuda
