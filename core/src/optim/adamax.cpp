// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/adamax.h"

#include "hearth/ops/pointwise.h"

#include "optim/optimizer_of.h"

namespace hearth::optim {

HEARTH_DEFINE_OPTIMIZER(AdamaxOptions, AdamaxParamState)

void AdamaxOptions::check() const {
  check_not_negative("Adamax", "learning rate", lr());
  check_not_negative("Adamax", "epsilon value", eps());
  check_not_negative("Adamax", "weight_decay value", weight_decay());
  check_betas("Adamax", betas());
}

void Adamax::update(const AdamaxOptions& o, const std::vector<Tensor>& params) {
  for (const Tensor& p : params) {
    AdamaxParamState& state = state_of(p);
    count_step(o, state, p);
    const Tensor g = gradient_of(p, o.weight_decay(), o.maximize());
    const auto [beta1, beta2] = o.betas();
    const Tensor mean = full_once(state.exp_avg(), p, 0);
    const Tensor largest = full_once(state.exp_inf(), p, 0);
    mean.lerp_(g, 1 - beta1);
    largest.copy_(largest.mul(beta2).maximum(g.abs().add_(o.eps())));
    with_count(o, state, [&, beta = beta1](const auto& n) {
      add_quotient(real_parts(p), mean, largest, -o.lr() / (1 - power(beta, n)));
    });
  }
}

}  // namespace hearth::optim
