// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/optim/optimizer.h"

namespace hearth::optim {

struct HEARTH_API SGDOptions : public OptimizerCloneableOptions<SGDOptions> {
  SGDOptions(double lr);
  HEARTH_ARG(double, lr);
  HEARTH_ARG(double, momentum) = 0;
  /// How much of the gradient does not enter the momentum.
  HEARTH_ARG(double, dampening) = 0;
  /// L2 penalty, added to the gradient.
  HEARTH_ARG(double, weight_decay) = 0;
  HEARTH_ARG(bool, nesterov) = false;
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;

 public:
  ~SGDOptions() override;
  void serialize(serialize::InputArchive& archive) override;
  void serialize(serialize::OutputArchive& archive) const override;
  double get_momentum() const override { return momentum(); }
  void set_momentum(double value) override { momentum(value); }
  friend HEARTH_API bool operator==(const SGDOptions& a, const SGDOptions& b);
};

struct HEARTH_API SGDParamState : public OptimizerCloneableParamState<SGDParamState> {
  HEARTH_ARG(Tensor, momentum_buffer);

 public:
  ~SGDParamState() override;
  void serialize(serialize::InputArchive& archive) override;
  void serialize(serialize::OutputArchive& archive) const override;
  friend HEARTH_API bool operator==(const SGDParamState& a, const SGDParamState& b);
};

/// Stochastic gradient descent with momentum (torch::optim::SGD):
///   g += weight_decay * p;  b = momentum * b + (1 - dampening) * g;  p -= lr * b
/// (with nesterov, p -= lr * (g + momentum * b)). The first b is g.
class HEARTH_API SGD : public Optimizer {
 public:
  explicit SGD(std::vector<OptimizerParamGroup> groups, SGDOptions defaults);
  explicit SGD(std::vector<Tensor> params, SGDOptions defaults);
  ~SGD() override;
  Tensor step(LossClosure closure = nullptr) override;

 protected:
  std::unique_ptr<OptimizerParamState> make_state() const override;
  void check_options(const OptimizerOptions& options) const override;
};

}  // namespace hearth::optim
