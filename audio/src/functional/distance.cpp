// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/functional/distance.h"

#include <string>

#include "hearth/metrics/text.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth::audio::functional {

int64_t edit_distance(std::string_view seq1, std::string_view seq2) {
  return metrics::functional::edit_distance({std::string(seq1)}, {std::string(seq2)},
                                            /*substitution_cost=*/1, metrics::Reduce::Sum)
      .item<int64_t>();
}

Tensor frechet_distance(const Tensor& mu_x, const Tensor& sigma_x, const Tensor& mu_y,
                        const Tensor& sigma_y) {
  const auto check = [](const Tensor& mu, const Tensor& sigma, char of) {
    HEARTH_CHECK_AS(ShapeError,
                    mu.dim() == 1 && sigma.dim() == 2 && sigma.size(0) == mu.size(0) &&
                        sigma.size(1) == mu.size(0),
                    "[frechet_distance] expected means [N] and covariances [N, N], got mu_", of,
                    " ", mu.sizes(), " and sigma_", of, " ", sigma.sizes());
  };
  check(mu_x, sigma_x, 'x');
  check(mu_y, sigma_y, 'y');
  HEARTH_CHECK_AS(ShapeError, mu_x.sizes() == mu_y.sizes(),
                  "[frechet_distance] expected distributions of one size, got means ", mu_x.sizes(),
                  " and ", mu_y.sizes());
  const Tensor roots = linalg::eigvals(matmul(sigma_x, sigma_y)).sqrt();
  return (mu_x - mu_y).square().sum() + sigma_x.trace() + sigma_y.trace() -
         2 * view_as_real(roots).select(-1, 0).sum();
}

}  // namespace hearth::audio::functional
