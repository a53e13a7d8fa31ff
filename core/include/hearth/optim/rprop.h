// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "hearth/optim/optimizer_of.h"

namespace hearth::optim {

/// Options of Rprop.
struct HEARTH_API RpropOptions : OptimizerOptionsOf<RpropOptions> {
  RpropOptions(double lr = 1e-2) : lr_(lr) {}
  void check() const override;
  HEARTH_ARG(double, lr);
  using etas_t = std::tuple<double, double>;
  /// What a step is multiplied with when the gradient's sign turns, and when it stays.
  HEARTH_ARG(etas_t, etas) = std::make_tuple(0.5, 1.2);
  using step_sizes_t = std::tuple<double, double>;
  /// The smallest and largest step.
  HEARTH_ARG(step_sizes_t, step_sizes) = std::make_tuple(1e-6, 50.0);
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;
  /// Count steps in a tensor beside the parameter, so that a recorded step can run again.
  HEARTH_ARG(bool, capturable) = false;
};

/// What Rprop keeps for a parameter. `step` stays 0 with capturable; then step_tensor counts,
/// int64.
struct HEARTH_API RpropParamState : OptimizerStateOf<RpropParamState> {
  HEARTH_ARG(int64_t, step) = 0;
  HEARTH_ARG(Tensor, step_tensor);
  HEARTH_ARG(Tensor, prev);
  HEARTH_ARG(Tensor, step_size);
};

/// Rprop (torch.optim.Rprop; Riedmiller and Braun 1993): every element steps against its gradient's
/// sign by a length of its own, lr at first. For full batches.
class HEARTH_API Rprop : public OptimizerOf<RpropOptions, RpropParamState> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(const RpropOptions& options, const std::vector<Tensor>& params) override;
};

}  // namespace hearth::optim
