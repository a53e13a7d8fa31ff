// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "hearth/optim/optimizer_of.h"

namespace hearth::optim {

struct HEARTH_API SparseAdamOptions : OptimizerOptionsOf<SparseAdamOptions> {
  SparseAdamOptions(double lr = 1e-3) : lr_(lr) {}
  void check() const override;
  HEARTH_ARG(double, lr);
  using betas_t = std::tuple<double, double>;
  /// Decay of the averages of the gradient and of its square.
  HEARTH_ARG(betas_t, betas) = std::make_tuple(0.9, 0.999);
  HEARTH_ARG(double, eps) = 1e-8;
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;
};

struct HEARTH_API SparseAdamParamState : OptimizerStateOf<SparseAdamParamState> {
  HEARTH_ARG(int64_t, step) = 0;
  HEARTH_ARG(Tensor, exp_avg);
  HEARTH_ARG(Tensor, exp_avg_sq);
};

/// Adam for sparse gradients (torch.optim.SparseAdam): averages and parameters change only where a
/// step's gradient has elements. Takes no dense gradients.
class HEARTH_API SparseAdam : public OptimizerOf<SparseAdamOptions, SparseAdamParamState> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(const SparseAdamOptions& options, const std::vector<Tensor>& params) override;
  bool takes_sparse() const override { return true; }
};

}  // namespace hearth::optim
