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
    count_step(o, state, p);
    const Tensor g = gradient_of(p, o), to = real_parts(p);
    const auto [beta1, beta2] = o.betas();
    const Tensor mean = full_once(state.exp_avg(), p, 0);
    const Tensor square = full_once(state.exp_avg_sq(), p, 0);
    mean.lerp_(g, 1 - beta1);
    square.mul_(beta2).addcmul_(g, g, 1 - beta2);
    // How many gradients the mean square is worth in the end.
    const double worth_last = 2 / (1 - beta2) - 1;
    with_count(o, state, [&, b1 = beta1, b2 = beta2](const auto& n) {
      const auto correction2 = 1 - power(b2, n);
      const auto lr = o.lr() / (1 - power(b1, n));
      // And now.
      const auto worth = worth_last - 2 * n * power(b2, n) / correction2;
      const auto squared_rect =
          (worth - 4) * (worth - 2) * worth_last / ((worth_last - 4) * (worth_last - 2) * worth);
      const auto deviation = [&] { return square.sqrt().add_(o.eps()); };
      if constexpr (std::is_same_v<decltype(worth), const Tensor>) {
        const Tensor rectified = (squared_rect * correction2).sqrt_() / deviation();
        to.sub_(mean * lr * where(worth > 5, rectified, 1));
      } else if (worth > 5) {
        to.addcdiv_(mean, deviation(), -lr * std::sqrt(squared_rect) * std::sqrt(correction2));
      } else {
        to.add_(mean, -lr);
      }
    });
  }
}

}  // namespace hearth::optim
