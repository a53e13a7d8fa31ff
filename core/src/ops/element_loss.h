// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"
#include "pointwise/op_ids.h"

namespace hearth::ops {

/// A loss of pointwise.def with its reduction, in one pass.
struct ElementLoss {
  PointwiseOp loss;
  double parameter = 0;  ///< the loss's p0
  int64_t reduction;
  static constexpr OpInfo info{.name = "element_loss",
                               .kind = Kind::Fused,
                               .cast = Cast::Float32,
                               .args = {"input", "target", "pos_weight"}};
  HEARTH_OP(ElementLoss, loss, parameter, reduction)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const;
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops
