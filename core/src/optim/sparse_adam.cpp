// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/sparse_adam.h"

#include <cmath>

#include "hearth/ops/pointwise.h"

#include "optim/optimizer_of.h"

namespace hearth::optim {

HEARTH_DEFINE_OPTIMIZER(SparseAdamOptions, SparseAdamParamState)

void SparseAdamOptions::check() const {
  HEARTH_CHECK_AS(ValueError, lr() > 0, "[SparseAdam] Invalid learning rate: ", lr(),
                  "; expected more than 0");
  HEARTH_CHECK_AS(ValueError, eps() > 0, "[SparseAdam] Invalid epsilon value: ", eps(),
                  "; expected more than 0");
  check_betas("SparseAdam", betas());
}

namespace {

/// Moves an average by a part of what is new, where g has elements; returns it there.
Tensor move_average(const Tensor& average, const Tensor& g, const Tensor& values, double beta) {
  const Tensor old = average.sparse_mask(g)._values();
  const Tensor change = values.sub(old).mul_(1 - beta);
  average.add_(with_values(g, change));
  return change.add(old);
}

}  // namespace

void SparseAdam::update(const SparseAdamOptions& o, const std::vector<Tensor>& params) {
  const auto [beta1, beta2] = o.betas();
  for (const Tensor& p : params) {
    HEARTH_CHECK(p.grad().is_sparse(),
                 "[SparseAdam] SparseAdam does not support dense gradients, please consider Adam "
                 "instead");
    SparseAdamParamState& state = state_of(p);
    state.step(state.step() + 1);
    const auto n = static_cast<double>(state.step());
    const Tensor g = gradient_of(p, 0, o.maximize()).coalesce();
    const Tensor values = g._values();
    const Tensor mean = move_average(zeros_once(state.exp_avg(), p), g, values, beta1);
    const Tensor square =
        move_average(zeros_once(state.exp_avg_sq(), p), g, values.square(), beta2);
    const double step_size = o.lr() * std::sqrt(1 - std::pow(beta2, n)) / (1 - std::pow(beta1, n));
    p.add_(with_values(g, mean.mul(-step_size).div_(square.sqrt().add_(o.eps()))));
  }
}

}  // namespace hearth::optim
