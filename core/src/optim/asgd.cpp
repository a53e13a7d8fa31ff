// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/asgd.h"

#include <algorithm>
#include <cmath>

#include "hearth/ops/pointwise.h"

#include "optim/optimizer_of.h"

namespace hearth::optim {

HEARTH_DEFINE_OPTIMIZER(ASGDOptions, ASGDParamState)

void ASGDOptions::check() const {
  check_not_negative("ASGD", "learning rate", lr());
  check_not_negative("ASGD", "lambd value", lambd());
  check_not_negative("ASGD", "alpha value", alpha());
  check_not_negative("ASGD", "weight_decay value", weight_decay());
}

void ASGD::update(const ASGDOptions& o, const std::vector<Tensor>& params) {
  for (const Tensor& p : params) {
    ASGDParamState& state = state_of(p);
    count_step(o, state, p);
    const Tensor g = gradient_of(p, o.weight_decay(), o.maximize());
    const Tensor to = real_parts(p), mean = full_once(state.ax(), p, 0);
    if (o.capturable()) {
      const Tensor& n = state.step_tensor();
      const Tensor& eta =
          number_once(state.eta_tensor(), p, state.eta() == 0 ? o.lr() : state.eta());
      const Tensor& mu = number_once(state.mu_tensor(), p, state.mu());
      to.mul_(1 - eta * o.lambd()).sub_(g * eta);
      mean.add_(to.sub(mean).mul_(mu));
      eta.copy_(o.lr() / (n.to(kDouble) * (o.lambd() * o.lr()) + 1).pow(o.alpha()));
      mu.copy_((n.to(kDouble) - o.t0()).clamp_min(1).reciprocal());
      continue;
    }
    number_back(state.eta(), state.eta_tensor());
    number_back(state.mu(), state.mu_tensor());
    if (state.step() == 1) state.eta(o.lr());
    to.mul_(1 - o.lambd() * state.eta()).add_(g, -state.eta());
    if (state.mu() == 1) {
      mean.copy_(to);
    } else {
      mean.add_(to.sub(mean).mul_(state.mu()));
    }
    const auto n = static_cast<double>(state.step());
    state.eta(o.lr() / std::pow(1 + o.lambd() * o.lr() * n, o.alpha()));
    state.mu(1 / std::max(1.0, n - o.t0()));
  }
}

}  // namespace hearth::optim
