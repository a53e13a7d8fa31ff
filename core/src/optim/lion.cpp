// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/lion.h"

#include "hearth/ops/pointwise.h"

#include "optim/optimizer_of.h"

namespace hearth::optim {

HEARTH_DEFINE_OPTIMIZER(LionOptions, LionParamState)

void LionOptions::check() const {
  check_not_negative("Lion", "learning rate", lr());
  check_not_negative("Lion", "weight_decay value", weight_decay());
  check_betas("Lion", betas());
}

void Lion::update(const LionOptions& o, const std::vector<Tensor>& params) {
  for (const Tensor& p : params) {
    LionParamState& state = state_of(p);
    const Tensor g = gradient_of(p, 0, o.maximize());
    const auto [beta1, beta2] = o.betas();
    const Tensor mean = full_once(state.exp_avg(), p, 0);
    if (o.weight_decay() != 0) p.mul_(1 - o.lr() * o.weight_decay());
    real_parts(p).add_(mean.lerp(g, 1 - beta1).sign_(), -o.lr());
    mean.lerp_(g, 1 - beta2);
  }
}

}  // namespace hearth::optim
