// SPDX-License-Identifier: Apache-2.0
// Batch norm, a residual and an activation. Backward forms the activation's gradient from the
// norm's input, so nothing is saved that the norm alone would not save, but the residual.
#pragma once

#include "hearth/ops/batch_norm_act.h"

#include "ops/batch_norm.h"
#include "ops/conv_norm.h"

namespace hearth::ops {

/// See hearth::batch_norm_act. Outputs: the result, and the means and reciprocal standard
/// deviations [C] that it used.
struct BatchNormAct {
  bool training;
  double momentum, eps;
  ConvActivation activation;
  static constexpr OpInfo info{.name = "batch_norm_act",
                               .kind = Kind::Fused,
                               .args = {"input",
                                        {"weight", arg::optional},
                                        {"bias", arg::optional},
                                        {"running_mean", arg::optional | arg::mutated | arg::as_is},
                                        {"running_var", arg::optional | arg::mutated | arg::as_is},
                                        {"residual", arg::optional}},
                               .outputs = {out::fresh, out::constant, out::constant}};
  HEARTH_OP(BatchNormAct, training, momentum, eps, activation)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const {
    return {.in = activation == ConvActivation::None ? 0b11u : 0b100111u, .out = 0b110};
  }
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
  BatchNorm norm() const { return {training, momentum, eps}; }
};

/// The gradients of input, weight, bias and residual; those not wanted are empty.
struct BatchNormActBackward {
  bool training;
  double eps;
  ConvActivation activation;
  bool need_input, need_weight, need_bias, need_residual;
  static constexpr OpInfo info{.name = "batch_norm_act_backward",
                               .kind = Kind::Fused,
                               .args = {"grad",
                                        "input",
                                        "mean",
                                        "rstd",
                                        {"weight", arg::optional},
                                        {"bias", arg::optional},
                                        {"residual", arg::optional}}};
  HEARTH_OP(BatchNormActBackward, training, eps, activation, need_input, need_weight, need_bias,
            need_residual)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
  BatchNormBackward norm() const { return {training, eps, need_input, need_weight, need_bias}; }
};

}  // namespace hearth::ops
