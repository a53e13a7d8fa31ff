// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/rmsprop.h"

#include "hearth/ops/pointwise.h"

#include "optim/optimizer_of.h"

namespace hearth::optim {

HEARTH_DEFINE_OPTIMIZER(RMSpropOptions, RMSpropParamState)

void RMSpropOptions::check() const {
  check_not_negative("RMSprop", "learning rate", lr());
  check_not_negative("RMSprop", "epsilon value", eps());
  check_not_negative("RMSprop", "momentum value", momentum());
  check_not_negative("RMSprop", "weight_decay value", weight_decay());
  check_not_negative("RMSprop", "alpha value", alpha());
}

void RMSprop::update(const RMSpropOptions& o, const std::vector<Tensor>& params) {
  for (const Tensor& p : params) {
    RMSpropParamState& state = state_of(p);
    count_step(o, state, p);
    const Tensor g = gradient_of(p, o.weight_decay(), o.maximize()), to = real_parts(p);
    const Tensor square = full_once(state.square_avg(), p, 0);
    square.mul_(o.alpha()).addcmul_(g, g, 1 - o.alpha());
    Tensor variance = square;
    if (o.centered()) {
      const Tensor mean = full_once(state.grad_avg(), p, 0);
      mean.lerp_(g, 1 - o.alpha());
      variance = square.addcmul(mean, mean, -1);
    }
    const Tensor deviation = variance.sqrt().add_(o.eps());
    if (o.momentum() == 0) {
      to.addcdiv_(g, deviation, -o.lr());
    } else {
      const Tensor buffer = full_once(state.momentum_buffer(), p, 0);
      buffer.mul_(o.momentum()).addcdiv_(g, deviation);
      to.add_(buffer, -o.lr());
    }
  }
}

}  // namespace hearth::optim
