// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/rprop.h"

#include "hearth/ops/pointwise.h"

#include "optim/optimizer_of.h"

namespace hearth::optim {

HEARTH_DEFINE_OPTIMIZER(RpropOptions, RpropParamState)

void RpropOptions::check() const {
  check_not_negative("Rprop", "learning rate", lr());
  const auto [minus, plus] = etas();
  HEARTH_CHECK_AS(ValueError, 0 < minus && minus < 1 && 1 < plus,
                  "[Rprop] Invalid eta values: ", minus, ", ", plus,
                  "; expected one in (0, 1) and one above 1");
  const auto [least, most] = step_sizes();
  HEARTH_CHECK_AS(ValueError, 0 <= least && least <= most, "[Rprop] Invalid step_sizes: ", least,
                  ", ", most, "; expected 0 or more, in ascending order");
}

void Rprop::update(const RpropOptions& o, const std::vector<Tensor>& params) {
  for (const Tensor& p : params) {
    RpropParamState& state = state_of(p);
    count_step(o, state, p);
    const Tensor g = gradient_of(p, 0, o.maximize());
    const Tensor prev = full_once(state.prev(), p, 0);
    const Tensor size = full_once(state.step_size(), p, o.lr());
    const auto [minus, plus] = o.etas();
    const Tensor agree = g.mul(prev), turned = agree.lt(0);
    size.copy_(where(turned, size.mul(minus), where(agree.gt(0), size.mul(plus), size)));
    size.clamp_(std::get<0>(o.step_sizes()), std::get<1>(o.step_sizes()));
    // Where the sign turned, the element waits, and any sign is new to it.
    prev.copy_(where(turned, 0, g));
    real_parts(p).addcmul_(prev.sign(), size, -1);
  }
}

}  // namespace hearth::optim
