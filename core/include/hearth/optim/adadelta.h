// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/optim/optimizer_of.h"

namespace hearth::optim {

/// Options of Adadelta.
struct HEARTH_API AdadeltaOptions : OptimizerOptionsOf<AdadeltaOptions> {
  AdadeltaOptions(double lr = 1) : lr_(lr) {}
  void check() const override;
  HEARTH_ARG(double, lr);
  /// Decay of the averages.
  HEARTH_ARG(double, rho) = 0.9;
  HEARTH_ARG(double, eps) = 1e-6;
  /// L2 penalty, added to the gradient.
  HEARTH_ARG(double, weight_decay) = 0;
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;
  /// Count steps in a tensor beside the parameter, so that a recorded step can run again.
  HEARTH_ARG(bool, capturable) = false;
};

/// What Adadelta keeps for a parameter. `step` stays 0 with capturable; then step_tensor counts,
/// int64.
struct HEARTH_API AdadeltaParamState : OptimizerStateOf<AdadeltaParamState> {
  HEARTH_ARG(int64_t, step) = 0;
  HEARTH_ARG(Tensor, step_tensor);
  HEARTH_ARG(Tensor, square_avg);
  HEARTH_ARG(Tensor, acc_delta);
};

/// Adadelta (torch.optim.Adadelta; Zeiler 2012): steps in proportion to the root mean square of the
/// steps before, over that of the gradient:
///   v = rho * v + (1 - rho) * g^2;  d = g * sqrt(u + eps) / sqrt(v + eps)
///   u = rho * u + (1 - rho) * d^2;  p -= lr * d
class HEARTH_API Adadelta : public OptimizerOf<AdadeltaOptions, AdadeltaParamState> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(const AdadeltaOptions& options, const std::vector<Tensor>& params) override;
};

}  // namespace hearth::optim
