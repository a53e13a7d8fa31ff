// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "hearth/optim/optimizer_of.h"

namespace hearth::optim {

/// Options of Lion.
struct HEARTH_API LionOptions : OptimizerOptionsOf<LionOptions> {
  LionOptions(double lr = 1e-4) : lr_(lr) {}
  void check() const override;
  HEARTH_ARG(double, lr);
  using betas_t = std::tuple<double, double>;
  /// The momentum's weight in a step, and its decay.
  HEARTH_ARG(betas_t, betas) = std::make_tuple(0.9, 0.99);
  /// Every step first scales the parameter by 1 - lr * weight_decay.
  HEARTH_ARG(double, weight_decay) = 0;
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;
};

/// What Lion keeps for a parameter.
struct HEARTH_API LionParamState : OptimizerStateOf<LionParamState> {
  HEARTH_ARG(Tensor, exp_avg);
};

/// Lion (Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms"): every element steps by
/// lr, against the sign of the gradient mixed with its momentum:
///   p -= lr * sign(beta1 * m + (1 - beta1) * g);  m = beta2 * m + (1 - beta2) * g
class HEARTH_API Lion : public OptimizerOf<LionOptions, LionParamState> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(const LionOptions& options, const std::vector<Tensor>& params) override;
};

}  // namespace hearth::optim
