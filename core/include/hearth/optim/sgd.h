// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/optim/optimizer_of.h"

namespace hearth::optim {

/// Options of SGD.
struct HEARTH_API SGDOptions : OptimizerOptionsOf<SGDOptions> {
  SGDOptions(double lr) : lr_(lr) {}
  /// A learning rate in a 0-dim tensor; see lr_tensor.
  explicit SGDOptions(const Tensor& lr) : lr_(lr.item<double>()), lr_tensor_(lr) {}
  void check() const override;
  HEARTH_ARG(double, lr);
  HEARTH_ARG(double, momentum) = 0;
  /// How much of the gradient does not enter the momentum.
  HEARTH_ARG(double, dampening) = 0;
  /// L2 penalty, added to the gradient.
  HEARTH_ARG(double, weight_decay) = 0;
  HEARTH_ARG(bool, nesterov) = false;
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;
  /// If defined, what a step takes for lr, read when it runs. set_lr writes both.
  HEARTH_ARG(Tensor, lr_tensor);
};

/// What SGD keeps for a parameter.
struct HEARTH_API SGDParamState : OptimizerStateOf<SGDParamState> {
  HEARTH_ARG(Tensor, momentum_buffer);
};

/// Stochastic gradient descent with momentum (torch::optim::SGD):
///   g += weight_decay * p;  b = momentum * b + (1 - dampening) * g;  p -= lr * b
/// (with nesterov, p -= lr * (g + momentum * b)). The first b is g. Gradients may be sparse; b is
/// not.
class HEARTH_API SGD : public OptimizerOf<SGDOptions, SGDParamState> {
 public:
  using OptimizerOf::OptimizerOf;

 protected:
  void update(const SGDOptions& options, const std::vector<Tensor>& params) override;
  bool takes_sparse() const override { return true; }

 private:
  void update_sparse(const SGDOptions& options, const Tensor& param);
};

}  // namespace hearth::optim
