// SPDX-License-Identifier: Apache-2.0
// Layer and RMS norm. Their backward rows give the gradients of input, weight and bias; those not
// wanted are empty.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Outputs: the result, means and reciprocal standard deviations.
struct LayerNorm {
  DimVector normalized_shape;
  double eps;
  static constexpr OpInfo info{
      .name = "layer_norm",
      .kind = Kind::Fused,
      .args = {"input", {"weight", arg::optional}, {"bias", arg::optional}},
      .outputs = {out::fresh, out::constant, out::constant}};
  HEARTH_OP(LayerNorm, normalized_shape, eps)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 0b11, .out = 0b110}; }
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// Outputs: the result and reciprocal roots of mean squares.
struct RmsNorm {
  DimVector normalized_shape;
  double eps;
  static constexpr OpInfo info{.name = "rms_norm",
                               .kind = Kind::Fused,
                               .args = {"input", {"weight", arg::optional}},
                               .outputs = {out::fresh, out::constant}};
  HEARTH_OP(RmsNorm, normalized_shape, eps)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 0b11, .out = 0b10}; }
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// The gradients of both; without a mean, of RmsNorm.
struct LayerNormBackward {
  DimVector normalized_shape;
  double eps;
  bool need_input, need_weight, need_bias;
  static constexpr OpInfo info{
      .name = "layer_norm_backward",
      .kind = Kind::Fused,
      .args = {"grad", "input", {"mean", arg::optional}, "rstd", {"weight", arg::optional}}};
  HEARTH_OP(LayerNormBackward, normalized_shape, eps, need_input, need_weight, need_bias)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

}  // namespace hearth::ops
