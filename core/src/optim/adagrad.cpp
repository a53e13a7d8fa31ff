// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/adagrad.h"

#include "hearth/ops/pointwise.h"

#include "optim/optimizer_of.h"

namespace hearth::optim {

HEARTH_DEFINE_OPTIMIZER(AdagradOptions, AdagradParamState)

void AdagradOptions::check() const {
  check_not_negative("Adagrad", "learning rate", lr());
  check_not_negative("Adagrad", "lr_decay value", lr_decay());
  check_not_negative("Adagrad", "weight_decay value", weight_decay());
  check_not_negative("Adagrad", "initial_accumulator_value value", initial_accumulator_value());
  check_not_negative("Adagrad", "epsilon value", eps());
}

Adagrad::Adagrad(std::vector<OptimizerParamGroup> groups, AdagradOptions defaults)
    : OptimizerOf(std::move(groups), std::move(defaults)) {
  const NoGradGuard no_grad;
  for (const OptimizerParamGroup& group : param_groups_)
    for (const Tensor& p : group.params()) sum_of(p);
}
Adagrad::Adagrad(std::vector<Tensor> params, AdagradOptions defaults)
    : Adagrad(one_group(std::move(params)), std::move(defaults)) {}

Tensor Adagrad::sum_of(const Tensor& param) {
  const auto& defaults = static_cast<const AdagradOptions&>(*defaults_);
  return full_once(state_of(param).sum(), param, defaults.initial_accumulator_value());
}

void Adagrad::update(const AdagradOptions& o, const std::vector<Tensor>& params) {
  for (const Tensor& p : params) {
    AdagradParamState& state = state_of(p);
    state.step(state.step() + 1);
    const auto n = static_cast<double>(state.step());
    const Tensor g = gradient_of(p, o.weight_decay(), o.maximize());
    const Tensor sum = sum_of(p);
    const double lr = o.lr() / (1 + (n - 1) * o.lr_decay());
    if (g.is_sparse()) {
      const Tensor once = g.coalesce();
      sum.add_(once.square());
      const Tensor root = sum.sparse_mask(once)._values().sqrt_().add_(o.eps());
      p.add_(with_values(once, once._values() / root), -lr);
      continue;
    }
    sum.addcmul_(g, g);
    real_parts(p).addcdiv_(g, sum.sqrt().add_(o.eps()), -lr);
  }
}

}  // namespace hearth::optim
