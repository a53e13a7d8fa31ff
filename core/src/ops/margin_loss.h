// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Scores [N, C] and lists of target classes [N, C] to each row's loss [N] and its slope by each
/// score [N, C], which is constant between kinks.
struct MultilabelMarginLoss {
  static constexpr OpInfo info{.name = "multilabel_margin_loss",
                               .kind = Kind::Fused,
                               .cast = Cast::Float32,
                               .args = {"input", {"target", arg::index}},
                               .outputs = {out::fresh, out::constant}};
  HEARTH_OP(MultilabelMarginLoss)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 0b10}; }
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops
