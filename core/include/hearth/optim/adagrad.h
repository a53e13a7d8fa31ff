// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/optim/optimizer_of.h"

namespace hearth::optim {

/// Options of Adagrad.
struct HEARTH_API AdagradOptions : OptimizerOptionsOf<AdagradOptions> {
  AdagradOptions(double lr = 1e-2) : lr_(lr) {}
  void check() const override;
  HEARTH_ARG(double, lr);
  /// Step n has the rate lr / (1 + (n - 1) * lr_decay).
  HEARTH_ARG(double, lr_decay) = 0;
  /// L2 penalty, added to the gradient.
  HEARTH_ARG(double, weight_decay) = 0;
  HEARTH_ARG(double, initial_accumulator_value) = 0;
  HEARTH_ARG(double, eps) = 1e-10;
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;
};

/// What Adagrad keeps for a parameter.
struct HEARTH_API AdagradParamState : OptimizerStateOf<AdagradParamState> {
  HEARTH_ARG(Tensor, sum);
  HEARTH_ARG(int64_t, step) = 0;
};

/// Adagrad (torch::optim::Adagrad; Duchi et al. 2011): steps by the gradient over the root of the
/// sum of all its squares:
///   s += g^2;  p -= lr * g / (sqrt(s) + eps)
/// A sparse gradient steps where it has elements. States are there before the first step; s begins
/// with the optimizer's initial_accumulator_value, whatever a group's is.
class HEARTH_API Adagrad : public OptimizerOf<AdagradOptions, AdagradParamState> {
 public:
  explicit Adagrad(std::vector<OptimizerParamGroup> groups, AdagradOptions defaults = {});
  explicit Adagrad(std::vector<Tensor> params, AdagradOptions defaults = {});

 protected:
  void update(const AdagradOptions& options, const std::vector<Tensor>& params) override;
  bool takes_sparse() const override { return true; }

 private:
  Tensor sum_of(const Tensor& param);
};

}  // namespace hearth::optim
