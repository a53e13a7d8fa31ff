// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/optim/optimizer_of.h"

namespace hearth::optim {

/// Options of ASGD.
struct HEARTH_API ASGDOptions : OptimizerOptionsOf<ASGDOptions> {
  ASGDOptions(double lr = 1e-2) : lr_(lr) {}
  void check() const override;
  HEARTH_ARG(double, lr);
  /// Decay of the parameter, and of the rate: lr / (1 + lambd * lr * n)^alpha after n steps.
  HEARTH_ARG(double, lambd) = 1e-4;
  HEARTH_ARG(double, alpha) = 0.75;
  /// The step at which averaging starts.
  HEARTH_ARG(double, t0) = 1e6;
  /// L2 penalty, added to the gradient.
  HEARTH_ARG(double, weight_decay) = 0;
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;
  /// Count steps in a tensor beside the parameter, so that a recorded step can run again.
  HEARTH_ARG(bool, capturable) = false;
};

/// What ASGD keeps for a parameter. `step` stays 0 with capturable; then step_tensor counts, int64.
struct HEARTH_API ASGDParamState : OptimizerStateOf<ASGDParamState> {
  HEARTH_ARG(int64_t, step) = 0;
  HEARTH_ARG(Tensor, step_tensor);
  /// The next step's rate and weight in the average.
  HEARTH_ARG(double, eta) = 0;
  HEARTH_ARG(double, mu) = 1;
  /// With capturable they are here, in double precision.
  HEARTH_ARG(Tensor, eta_tensor);
  HEARTH_ARG(Tensor, mu_tensor);
  /// The averaged parameter.
  HEARTH_ARG(Tensor, ax);
};

/// Averaged SGD (torch.optim.ASGD; Polyak and Juditsky 1992): descends with a falling rate; the
/// average of the parameters is in the state, as `ax`.
class HEARTH_API ASGD : public OptimizerOf<ASGDOptions, ASGDParamState> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(const ASGDOptions& options, const std::vector<Tensor>& params) override;
};

}  // namespace hearth::optim
