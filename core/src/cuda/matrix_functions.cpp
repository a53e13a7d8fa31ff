// SPDX-License-Identifier: Apache-2.0
// Functions of matrices, made of products and of other rows' decompositions.
#include <cmath>
#include <limits>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "backends/matrix_series.h"
#include "cuda/kernels.h"
#include "ops/decompositions.h"
#include "tensor/raw_copy.h"

namespace hearth::cuda {

namespace {

/// One number for each matrix, to multiply or compare matrices with.
Tensor per_matrix(const Tensor& t) { return t.unsqueeze(-1).unsqueeze(-1); }

/// 1 + A + A^2 / 2 + ...
Tensor taylor(const Tensor& a, const MatrixSeries& series) {
  std::vector<Tensor> powers = {eye(a.size(-1), a.options()), a};
  for (int k = 2; k <= series.powers; ++k) powers.push_back(powers.back().matmul(a));
  const auto coefficient = [](int degree) { return 1 / std::tgamma(degree + 1.0); };
  const auto top = static_cast<size_t>(series.powers);
  Tensor sum = powers[top] * coefficient(series.powers * series.groups);
  for (int group = series.groups - 1; group >= 0; --group) {
    if (group + 1 < series.groups) sum = sum.matmul(powers[top]);
    for (size_t k = 0; k < top; ++k)
      sum.add_(powers[k], coefficient(group * series.powers + static_cast<int>(k)));
  }
  return sum;
}

void matrix_exp(const Call& call) {
  const Tensor& a = call.in[0];
  if (impl(a).numel == 0) return;
  const NoGradGuard no_grad;
  const Tensor sums = a.abs().sum(-2).amax(-1), finite = sums.isfinite();
  const Tensor norms = sums.masked_fill(finite.logical_not(), 0).to(kDouble);
  const bool wide = to_real(impl(a).dtype) == kDouble || impl(a).dtype == kComplexDouble;
  const double longest = matrix_series(wide, INFINITY).norm;
  const Tensor halvings = (norms / longest).log2().ceil().clamp_min(0);
  // How long the series and how many the squares must be, the host has to know.
  const Tensor most = stack({norms.max(), halvings.max()}).cpu();
  const auto squares = static_cast<int64_t>(most[1].item<double>());
  const MatrixSeries& series = matrix_series(wide, most[0].item<double>());
  const Tensor scale = (-halvings).exp2().to(impl(sums).dtype);
  Tensor result = taylor(a * per_matrix(scale), series);
  for (int64_t k = 0; k < squares; ++k)
    result = where(per_matrix(halvings.gt(k)), result.matmul(result), result);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  copy_raw_into(call.out[0], result.masked_fill(per_matrix(finite.logical_not()), nan));
}

/// Makes a matrix that is Hermitian but for rounding exactly so.
Tensor symmetrized(const Tensor& x) { return (x + x.mH()) * 0.5; }

void matrix_sqrth(const Call& call) {
  const NoGradGuard no_grad;
  const auto [w, v] = linalg_eigh(call.in[0]);
  const Tensor roots = w.masked_fill(w.lt(0), 0).sqrt();
  copy_raw_into(call.out[0], symmetrized((v * roots.unsqueeze(-2)).matmul(v.mH())));
}

void hermitian_sylvester(const Call& call) {
  const NoGradGuard no_grad;
  const auto [w, v] = linalg_eigh(call.in[0]);
  const Tensor turned = v.mH().matmul(call.in[1]).matmul(v);
  const Tensor divided = turned / (w.unsqueeze(-1) + w.unsqueeze(-2));
  copy_raw_into(call.out[0], v.matmul(divided).matmul(v.mH()));
}

void polar(const Call& call) {
  const NoGradGuard no_grad;
  const auto [u, s, vh] = linalg_svd(call.in[0], /*full_matrices=*/false);
  copy_raw_into(call.out[0], u.matmul(vh));
  copy_raw_into(call.out[1], symmetrized((vh.mH() * s.unsqueeze(-2)).matmul(vh)));
}

}  // namespace

void install_matrix_functions() {
  ops::MatrixExp::row().kernel[kSlot] = &matrix_exp;
  ops::MatrixSqrth::row().kernel[kSlot] = &matrix_sqrth;
  ops::HermitianSylvester::row().kernel[kSlot] = &hermitian_sylvester;
  ops::Polar::row().kernel[kSlot] = &polar;
}

}  // namespace hearth::cuda
