// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/optim/optimizer_of.h"

namespace hearth::optim {

/// Options of RMSprop.
struct HEARTH_API RMSpropOptions : OptimizerOptionsOf<RMSpropOptions> {
  RMSpropOptions(double lr = 1e-2) : lr_(lr) {}
  void check() const override;
  HEARTH_ARG(double, lr);
  /// Decay of the averages.
  HEARTH_ARG(double, alpha) = 0.99;
  HEARTH_ARG(double, eps) = 1e-8;
  /// L2 penalty, added to the gradient.
  HEARTH_ARG(double, weight_decay) = 0;
  HEARTH_ARG(double, momentum) = 0;
  /// Divide by the gradient's estimated deviation instead of its root mean square.
  HEARTH_ARG(bool, centered) = false;
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;
  /// Count steps in a tensor beside the parameter, so that a recorded step can run again.
  HEARTH_ARG(bool, capturable) = false;
};

/// What RMSprop keeps for a parameter. `step` stays 0 with capturable; then step_tensor counts,
/// int64.
struct HEARTH_API RMSpropParamState : OptimizerStateOf<RMSpropParamState> {
  HEARTH_ARG(int64_t, step) = 0;
  HEARTH_ARG(Tensor, step_tensor);
  HEARTH_ARG(Tensor, square_avg);
  HEARTH_ARG(Tensor, momentum_buffer);
  HEARTH_ARG(Tensor, grad_avg);
};

/// RMSprop (torch::optim::RMSprop): steps by the gradient over the root of its running mean square,
/// with momentum if wanted:
///   v = alpha * v + (1 - alpha) * g^2;  b = momentum * b + g / (sqrt(v) + eps);  p -= lr * b
class HEARTH_API RMSprop : public OptimizerOf<RMSpropOptions, RMSpropParamState> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(const RMSpropOptions& options, const std::vector<Tensor>& params) override;
};

}  // namespace hearth::optim
