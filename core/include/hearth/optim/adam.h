// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "hearth/optim/optimizer_of.h"

namespace hearth::optim {

/// Options of Adam and of AdamW, whose weight decay is decoupled from the gradient.
template <bool kDecoupled>
struct HEARTH_API BasicAdamOptions : OptimizerOptionsOf<BasicAdamOptions<kDecoupled>> {
  BasicAdamOptions(double lr = 1e-3) : lr_(lr) {}
  /// A learning rate in a 0-dim tensor; see lr_tensor.
  explicit BasicAdamOptions(const Tensor& lr) : lr_(lr.item<double>()), lr_tensor_(lr) {}
  void check() const override;
  HEARTH_ARG(double, lr);
  using betas_t = std::tuple<double, double>;
  /// Decay of the averages of the gradient and of its square.
  HEARTH_ARG(betas_t, betas) = std::make_tuple(0.9, 0.999);
  HEARTH_ARG(double, eps) = 1e-8;
  /// L2 penalty, added to the gradient; or if decoupled, every step first scales the parameter by
  /// 1 - lr * weight_decay.
  HEARTH_ARG(double, weight_decay) = kDecoupled ? 1e-2 : 0;
  /// Divide by the largest average of squares seen so far.
  HEARTH_ARG(bool, amsgrad) = false;
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;
  /// Count steps in a tensor beside the parameters, so that a recorded step can run again.
  HEARTH_ARG(bool, capturable) = false;
  /// If defined, what a step takes for lr, read when it runs. set_lr writes both.
  HEARTH_ARG(Tensor, lr_tensor);
};
using AdamOptions = BasicAdamOptions<false>;
using AdamWOptions = BasicAdamOptions<true>;

/// `step` stays 0 with capturable; then step_tensor counts, int64, which parameters that are always
/// updated together share.
struct HEARTH_API AdamParamState : OptimizerStateOf<AdamParamState> {
  HEARTH_ARG(int64_t, step) = 0;
  HEARTH_ARG(Tensor, step_tensor);
  HEARTH_ARG(Tensor, exp_avg);
  HEARTH_ARG(Tensor, exp_avg_sq);
  HEARTH_ARG(Tensor, max_exp_avg_sq);
};

using AdamWParamState = AdamParamState;

/// Steps by the gradient's running mean over the root of its running mean square, both corrected
/// for their start at zero.
template <bool kDecoupled>
class HEARTH_API BasicAdam : public OptimizerOf<BasicAdamOptions<kDecoupled>, AdamParamState> {
 public:
  using OptimizerOf<BasicAdamOptions<kDecoupled>, AdamParamState>::OptimizerOf;

 protected:
  void update(const BasicAdamOptions<kDecoupled>& options,
              const std::vector<Tensor>& params) override;

 private:
  Tensor next_count(const Tensor& count, const std::vector<Tensor>& params);
};
/// Adam (torch::optim::Adam).
using Adam = BasicAdam<false>;
/// Adam with decoupled weight decay (torch::optim::AdamW).
using AdamW = BasicAdam<true>;

}  // namespace hearth::optim
