// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "hearth/optim/optimizer.h"

namespace hearth::optim {

struct HEARTH_API AdamOptions : public OptimizerCloneableOptions<AdamOptions> {
  AdamOptions(double lr = 1e-3);
  HEARTH_ARG(double, lr);
  using betas_t = std::tuple<double, double>;
  /// Decay of the averages of the gradient and of its square.
  HEARTH_ARG(betas_t, betas) = std::make_tuple(0.9, 0.999);
  HEARTH_ARG(double, eps) = 1e-8;
  /// L2 penalty, added to the gradient.
  HEARTH_ARG(double, weight_decay) = 0;
  /// Divide by the largest average of squares seen so far.
  HEARTH_ARG(bool, amsgrad) = false;
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;

 public:
  ~AdamOptions() override;
  void serialize(serialize::InputArchive& archive) override;
  void serialize(serialize::OutputArchive& archive) const override;
  double get_momentum() const override { return std::get<0>(betas()); }
  void set_momentum(double value) override { std::get<0>(betas()) = value; }
  friend HEARTH_API bool operator==(const AdamOptions& a, const AdamOptions& b);
};

struct HEARTH_API AdamParamState : public OptimizerCloneableParamState<AdamParamState> {
  HEARTH_ARG(int64_t, step) = 0;
  HEARTH_ARG(Tensor, exp_avg);
  HEARTH_ARG(Tensor, exp_avg_sq);
  HEARTH_ARG(Tensor, max_exp_avg_sq);

 public:
  ~AdamParamState() override;
  void serialize(serialize::InputArchive& archive) override;
  void serialize(serialize::OutputArchive& archive) const override;
  friend HEARTH_API bool operator==(const AdamParamState& a, const AdamParamState& b);
};

/// Adam (torch::optim::Adam): steps by the gradient's running mean over the root of its running
/// mean square, both corrected for their start at zero.
class HEARTH_API Adam : public Optimizer {
 public:
  explicit Adam(std::vector<OptimizerParamGroup> groups, AdamOptions defaults = {});
  explicit Adam(std::vector<Tensor> params, AdamOptions defaults = {});
  ~Adam() override;
  Tensor step(LossClosure closure = nullptr) override;

 protected:
  std::unique_ptr<OptimizerParamState> make_state() const override;
  void check_options(const OptimizerOptions& options) const override;
};

struct HEARTH_API AdamWOptions : public OptimizerCloneableOptions<AdamWOptions> {
  AdamWOptions(double lr = 1e-3);
  HEARTH_ARG(double, lr);
  using betas_t = std::tuple<double, double>;
  /// Decay of the averages of the gradient and of its square.
  HEARTH_ARG(betas_t, betas) = std::make_tuple(0.9, 0.999);
  HEARTH_ARG(double, eps) = 1e-8;
  /// Every step first scales the parameter by 1 - lr * weight_decay.
  HEARTH_ARG(double, weight_decay) = 1e-2;
  /// Divide by the largest average of squares seen so far.
  HEARTH_ARG(bool, amsgrad) = false;
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;

 public:
  ~AdamWOptions() override;
  void serialize(serialize::InputArchive& archive) override;
  void serialize(serialize::OutputArchive& archive) const override;
  double get_momentum() const override { return std::get<0>(betas()); }
  void set_momentum(double value) override { std::get<0>(betas()) = value; }
  friend HEARTH_API bool operator==(const AdamWOptions& a, const AdamWOptions& b);
};

using AdamWParamState = AdamParamState;

/// Adam with decoupled weight decay (torch::optim::AdamW).
class HEARTH_API AdamW : public Optimizer {
 public:
  explicit AdamW(std::vector<OptimizerParamGroup> groups, AdamWOptions defaults = {});
  explicit AdamW(std::vector<Tensor> params, AdamWOptions defaults = {});
  ~AdamW() override;
  Tensor step(LossClosure closure = nullptr) override;

 protected:
  std::unique_ptr<OptimizerParamState> make_state() const override;
  void check_options(const OptimizerOptions& options) const override;
};

}  // namespace hearth::optim
