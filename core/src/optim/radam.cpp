// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/radam.h"

#include <cmath>

#include "hearth/ops/pointwise.h"

#include "optim/optimizer_of.h"

namespace hearth::optim {

HEARTH_DEFINE_OPTIMIZER(RAdamOptions, RAdamParamState)

void RAdamOptions::check() const {
  check_not_negative("RAdam", "learning rate", lr());
  check_not_negative("RAdam", "epsilon value", eps());
  check_not_negative("RAdam", "weight_decay value", weight_decay());
  check_betas("RAdam", betas());
}

void RAdam::update(const RAdamOptions& o, const std::vector<Tensor>& params) {
  for (const Tensor& p : params) {
    RAdamParamState& state = state_of(p);
    state.step(state.step() + 1);
    const auto n = static_cast<double>(state.step());
    const Tensor g = gradient_of(p, o), to = real_parts(p);
    const auto [beta1, beta2] = o.betas();
    const Tensor mean = full_once(state.exp_avg(), p, 0);
    const Tensor square = full_once(state.exp_avg_sq(), p, 0);
    mean.lerp_(g, 1 - beta1);
    square.mul_(beta2).addcmul_(g, g, 1 - beta2);
    const double correction2 = 1 - std::pow(beta2, n), lr = o.lr() / (1 - std::pow(beta1, n));
    // How many gradients the mean square is worth, now and in the end.
    const double worth_last = 2 / (1 - beta2) - 1;
    const double worth = worth_last - 2 * n * std::pow(beta2, n) / correction2;
    if (worth <= 5) {
      to.add_(mean, -lr);
      continue;
    }
    const double rect = std::sqrt((worth - 4) * (worth - 2) * worth_last /
                                  ((worth_last - 4) * (worth_last - 2) * worth));
    to.addcdiv_(mean, square.sqrt().add_(o.eps()), -lr * rect * std::sqrt(correction2));
  }
}

}  // namespace hearth::optim
