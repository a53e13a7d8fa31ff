// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// `pad` holds before and after of the last dim first; negative ones crop.
struct ConstantPadNd {
  DimVector pad;
  Scalar value = 0;
  static constexpr OpInfo info{.name = "constant_pad_nd"};
  HEARTH_OP(ConstantPadNd, pad, value)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops
