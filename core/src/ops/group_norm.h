// SPDX-License-Identifier: Apache-2.0
// Group norm. Its backward row gives the gradients of input, weight and bias; those not wanted are
// empty.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Outputs: the result, means [N, groups] and reciprocal standard deviations.
struct GroupNorm {
  int64_t groups;
  double eps;
  static constexpr OpInfo info{
      .name = "group_norm",
      .kind = Kind::Fused,
      .args = {"input", {"weight", arg::optional}, {"bias", arg::optional}},
      .outputs = {out::fresh, out::constant, out::constant}};
  HEARTH_OP(GroupNorm, groups, eps)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 0b11, .out = 0b110}; }
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct GroupNormBackward {
  int64_t groups;
  double eps;
  bool need_input, need_weight, need_bias;
  static constexpr OpInfo info{
      .name = "group_norm_backward",
      .kind = Kind::Fused,
      .args = {"grad", "input", "mean", "rstd", {"weight", arg::optional}}};
  HEARTH_OP(GroupNormBackward, groups, eps, need_input, need_weight, need_bias)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

}  // namespace hearth::ops
