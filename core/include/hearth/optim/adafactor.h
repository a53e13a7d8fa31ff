// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <tuple>

#include "hearth/optim/optimizer_of.h"

namespace hearth::optim {

/// Options of Adafactor.
struct HEARTH_API AdafactorOptions : OptimizerOptionsOf<AdafactorOptions> {
  AdafactorOptions(double lr = 1e-2) : lr_(lr) {}
  void check() const override;
  HEARTH_ARG(double, lr);
  /// Step n mixes new squares in with weight n^beta2_decay.
  HEARTH_ARG(double, beta2_decay) = -0.8;
  using eps_t = std::tuple<std::optional<double>, double>;
  /// The least root mean square of the gradient (by default the dtype's epsilon), and of the
  /// parameter.
  HEARTH_ARG(eps_t, eps) = eps_t(std::nullopt, 1e-3);
  /// Steps with a root mean square above this are scaled down to it.
  HEARTH_ARG(double, d) = 1;
  /// Every step first scales the parameter by 1 - lr * weight_decay.
  HEARTH_ARG(double, weight_decay) = 0;
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;
};

/// What Adafactor keeps for a parameter.
struct HEARTH_API AdafactorParamState : OptimizerStateOf<AdafactorParamState> {
  HEARTH_ARG(int64_t, step) = 0;
  HEARTH_ARG(Tensor, row_var);
  HEARTH_ARG(Tensor, col_var);
  /// Of parameters with less than two dims.
  HEARTH_ARG(Tensor, variance);
};

/// Adafactor (torch.optim.Adafactor; Shazeer and Stern 2018): steps in proportion to the parameter,
/// by the gradient over the root of its mean square, of which matrices keep only the means of rows
/// and columns.
class HEARTH_API Adafactor : public OptimizerOf<AdafactorOptions, AdafactorParamState> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(const AdafactorOptions& options, const std::vector<Tensor>& params) override;
};

}  // namespace hearth::optim
