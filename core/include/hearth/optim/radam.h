// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "hearth/optim/optimizer_of.h"

namespace hearth::optim {

/// Options of RAdam.
struct HEARTH_API RAdamOptions : OptimizerOptionsOf<RAdamOptions> {
  RAdamOptions(double lr = 1e-3) : lr_(lr) {}
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
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;
  /// Count steps in a tensor beside the parameter, so that a recorded step can run again.
  HEARTH_ARG(bool, capturable) = false;
};

/// What RAdam keeps for a parameter. `step` stays 0 with capturable; then step_tensor counts,
/// int64.
struct HEARTH_API RAdamParamState : OptimizerStateOf<RAdamParamState> {
  HEARTH_ARG(int64_t, step) = 0;
  HEARTH_ARG(Tensor, step_tensor);
  HEARTH_ARG(Tensor, exp_avg);
  HEARTH_ARG(Tensor, exp_avg_sq);
};

/// RAdam (torch.optim.RAdam; Liu et al. 2020): Adam whose first steps, while the mean square is
/// still uncertain, are plain momentum, and whose later ones are rectified by how certain it is.
class HEARTH_API RAdam : public OptimizerOf<RAdamOptions, RAdamParamState> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(const RAdamOptions& options, const std::vector<Tensor>& params) override;
};

}  // namespace hearth::optim
