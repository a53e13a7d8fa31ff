// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "dispatch/op.h"

namespace hearth::ops {

/// log_probs [T, N, C] and targets [N, S] or [sum of lengths]; outputs: each sequence's loss [N],
/// and for backward log_alpha [N, T, 2 * longest target + 1].
struct CtcLoss {
  DimVector input_lengths, target_lengths;
  int64_t blank = 0;
  bool zero_infinity = false;
  static constexpr OpInfo info{.name = "ctc_loss",
                               .cast = Cast::Float32,
                               .args = {"log_probs", {"targets", arg::index | arg::on_cpu}},
                               .outputs = {out::fresh, out::constant}};
  HEARTH_OP(CtcLoss, input_lengths, target_lengths, blank, zero_infinity)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 0b11, .out = 0b11}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
  int64_t longest_target() const;
};

/// The gradient by log_probs, supposing that they come from log_softmax. Fields as of CtcLoss.
struct CtcLossBackward {
  DimVector input_lengths, target_lengths;
  int64_t blank = 0;
  bool zero_infinity = false;
  static constexpr OpInfo info{
      .name = "ctc_loss_backward",
      .args = {"grad", "log_probs", {"targets", arg::index | arg::on_cpu}, "losses", "log_alpha"}};
  HEARTH_OP(CtcLossBackward, input_lengths, target_lengths, blank, zero_infinity)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops
