// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/adadelta.h"

#include "hearth/ops/pointwise.h"

#include "optim/optimizer_of.h"

namespace hearth::optim {

HEARTH_DEFINE_OPTIMIZER(AdadeltaOptions, AdadeltaParamState)

void AdadeltaOptions::check() const {
  check_not_negative("Adadelta", "learning rate", lr());
  check_not_negative("Adadelta", "epsilon value", eps());
  check_not_negative("Adadelta", "weight_decay value", weight_decay());
  HEARTH_CHECK_AS(ValueError, rho() >= 0 && rho() <= 1, "[Adadelta] Invalid rho value: ", rho(),
                  "; expected a value in [0, 1]");
}

void Adadelta::update(const AdadeltaOptions& o, const std::vector<Tensor>& params) {
  for (const Tensor& p : params) {
    AdadeltaParamState& state = state_of(p);
    count_step(o, state, p);
    const Tensor g = gradient_of(p, o.weight_decay(), o.maximize());
    const Tensor square = full_once(state.square_avg(), p, 0);
    const Tensor moved = full_once(state.acc_delta(), p, 0);
    square.mul_(o.rho()).addcmul_(g, g, 1 - o.rho());
    const Tensor delta = moved.add(o.eps()).sqrt_().div_(square.add(o.eps()).sqrt_()).mul_(g);
    moved.mul_(o.rho()).addcmul_(delta, delta, 1 - o.rho());
    real_parts(p).add_(delta, -o.lr());
  }
}

}  // namespace hearth::optim
