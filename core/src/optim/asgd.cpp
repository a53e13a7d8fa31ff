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
    state.step(state.step() + 1);
    const auto n = static_cast<double>(state.step());
    if (state.step() == 1) state.eta(o.lr());
    const Tensor g = gradient_of(p, o.weight_decay(), o.maximize());
    const Tensor to = real_parts(p), mean = full_once(state.ax(), p, 0);
    to.mul_(1 - o.lambd() * state.eta()).add_(g, -state.eta());
    if (state.mu() == 1) {
      mean.copy_(to);
    } else {
      mean.add_(to.sub(mean).mul_(state.mu()));
    }
    state.eta(o.lr() / std::pow(1 + o.lambd() * o.lr() * n, o.alpha()));
    state.mu(1 / std::max(1.0, n - o.t0()));
  }
}

}  // namespace hearth::optim
