// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "hearth/optim/optimizer_of.h"

namespace hearth::optim {

/// Options of Adamax.
struct HEARTH_API AdamaxOptions : OptimizerOptionsOf<AdamaxOptions> {
  AdamaxOptions(double lr = 2e-3) : lr_(lr) {}
  void check() const override;
  HEARTH_ARG(double, lr);
  using betas_t = std::tuple<double, double>;
  /// Decay of the average of the gradient, and of the largest gradient.
  HEARTH_ARG(betas_t, betas) = std::make_tuple(0.9, 0.999);
  HEARTH_ARG(double, eps) = 1e-8;
  /// L2 penalty, added to the gradient.
  HEARTH_ARG(double, weight_decay) = 0;
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;
  /// Count steps in a tensor beside the parameter, so that a recorded step can run again.
  HEARTH_ARG(bool, capturable) = false;
};

/// What Adamax keeps for a parameter. `step` stays 0 with capturable; then step_tensor counts,
/// int64.
struct HEARTH_API AdamaxParamState : OptimizerStateOf<AdamaxParamState> {
  HEARTH_ARG(int64_t, step) = 0;
  HEARTH_ARG(Tensor, step_tensor);
  HEARTH_ARG(Tensor, exp_avg);
  HEARTH_ARG(Tensor, exp_inf);
};

/// Adamax (torch.optim.Adamax; Kingma and Ba 2015): Adam with a decaying maximum of the gradient in
/// place of the root of its mean square:
///   m = beta1 * m + (1 - beta1) * g;  u = max(beta2 * u, |g| + eps)
///   p -= lr / (1 - beta1^n) * m / u
class HEARTH_API Adamax : public OptimizerOf<AdamaxOptions, AdamaxParamState> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(const AdamaxOptions& options, const std::vector<Tensor>& params) override;
};

}  // namespace hearth::optim
