// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "hearth/optim/optimizer_of.h"

namespace hearth::optim {

/// Options of NAdam.
struct HEARTH_API NAdamOptions : OptimizerOptionsOf<NAdamOptions> {
  NAdamOptions(double lr = 2e-3) : lr_(lr) {}
  void check() const override;
  HEARTH_ARG(double, lr);
  using betas_t = std::tuple<double, double>;
  /// Decay of the averages of the gradient and of its square.
  HEARTH_ARG(betas_t, betas) = std::make_tuple(0.9, 0.999);
  HEARTH_ARG(double, eps) = 1e-8;
  /// L2 penalty, added to the gradient; or if decoupled, every step first scales the parameter by
  /// 1 - lr * weight_decay.
  HEARTH_ARG(double, weight_decay) = 0;
  HEARTH_ARG(bool, decoupled_weight_decay) = false;
  /// How fast the momentum of step n rises to beta1: beta1 * (1 - 0.96^(n * momentum_decay) / 2).
  HEARTH_ARG(double, momentum_decay) = 4e-3;
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;
  /// Count steps in a tensor beside the parameter, so that a recorded step can run again.
  HEARTH_ARG(bool, capturable) = false;
};

/// What NAdam keeps for a parameter. `step` stays 0 with capturable; then step_tensor counts,
/// int64.
struct HEARTH_API NAdamParamState : OptimizerStateOf<NAdamParamState> {
  HEARTH_ARG(int64_t, step) = 0;
  HEARTH_ARG(Tensor, step_tensor);
  HEARTH_ARG(double, mu_product) = 1;
  /// With capturable it is here, in double precision.
  HEARTH_ARG(Tensor, mu_product_tensor);
  HEARTH_ARG(Tensor, exp_avg);
  HEARTH_ARG(Tensor, exp_avg_sq);
};

/// NAdam (torch.optim.NAdam; Dozat 2016): Adam with Nesterov's momentum, which looks one step
/// ahead.
class HEARTH_API NAdam : public OptimizerOf<NAdamOptions, NAdamParamState> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(const NAdamOptions& options, const std::vector<Tensor>& params) override;
};

}  // namespace hearth::optim
