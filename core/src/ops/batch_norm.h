// SPDX-License-Identifier: Apache-2.0
// Batch norm. Its backward row gives the gradients of input, weight and bias; those not wanted are
// empty.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Outputs: the result, and the means and reciprocal standard deviations [C] that it used.
struct BatchNorm {
  bool training;
  double momentum, eps;
  static constexpr OpInfo info{.name = "batch_norm",
                               .kind = Kind::Fused,
                               .args = {"input",
                                        {"weight", arg::optional},
                                        {"bias", arg::optional},
                                        {"running_mean", arg::optional | arg::mutated | arg::as_is},
                                        {"running_var", arg::optional | arg::mutated | arg::as_is}},
                               .outputs = {out::fresh, out::constant, out::constant}};
  HEARTH_OP(BatchNorm, training, momentum, eps)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 0b11, .out = 0b110}; }
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct BatchNormBackward {
  bool training;
  double eps;
  bool need_input, need_weight, need_bias;
  static constexpr OpInfo info{
      .name = "batch_norm_backward",
      .kind = Kind::Fused,
      .args = {"grad", "input", "mean", "rstd", {"weight", arg::optional}}};
  HEARTH_OP(BatchNormBackward, training, eps, need_input, need_weight, need_bias)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

}  // namespace hearth::ops
