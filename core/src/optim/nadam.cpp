// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/nadam.h"

#include "hearth/ops/pointwise.h"

#include "optim/optimizer_of.h"

namespace hearth::optim {

HEARTH_DEFINE_OPTIMIZER(NAdamOptions, NAdamParamState)

void NAdamOptions::check() const {
  check_not_negative("NAdam", "learning rate", lr());
  check_not_negative("NAdam", "epsilon value", eps());
  check_not_negative("NAdam", "weight_decay value", weight_decay());
  check_not_negative("NAdam", "momentum_decay value", momentum_decay());
  check_betas("NAdam", betas());
}

void NAdam::update(const NAdamOptions& o, const std::vector<Tensor>& params) {
  for (const Tensor& p : params) {
    NAdamParamState& state = state_of(p);
    count_step(o, state, p);
    const Tensor g = gradient_of(p, o), to = real_parts(p);
    const auto [beta1, beta2] = o.betas();
    const Tensor mean = full_once(state.exp_avg(), p, 0);
    const Tensor square = full_once(state.exp_avg_sq(), p, 0);
    mean.lerp_(g, 1 - beta1);
    square.mul_(beta2).addcmul_(g, g, 1 - beta2);
    const auto move = [&, b1 = beta1, b2 = beta2](const auto& n, auto& mu_product) {
      const auto momentum_at = [&](const auto& step) {
        return b1 * (1 - 0.5 * power(0.96, step * o.momentum_decay()));
      };
      const auto mu = momentum_at(n), mu_next = momentum_at(n + 1);
      mu_product *= mu;
      const Tensor deviation = square.div(1 - power(b2, n)).sqrt_().add_(o.eps());
      add_quotient(to, g, deviation, -o.lr() * (1 - mu) / (1 - mu_product));
      add_quotient(to, mean, deviation, -o.lr() * mu_next / (1 - mu_product * mu_next));
    };
    if (o.capturable()) {
      move(state.step_tensor().to(kDouble),
           number_once(state.mu_product_tensor(), p, state.mu_product()));
    } else {
      move(static_cast<double>(state.step()),
           number_back(state.mu_product(), state.mu_product_tensor()));
    }
  }
}

}  // namespace hearth::optim
