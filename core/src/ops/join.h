// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Tensors one after another along `dim`; 1-d tensors without elements are skipped, as in PyTorch.
struct Cat {
  int64_t dim = 0;
  static constexpr OpInfo info{.name = "cat",
                               .cast = Cast::Widest,
                               .jvp = Jvp::Linear,
                               .barebones = true,
                               .args = {{"tensors", arg::apart}},
                               .tail = 1};
  HEARTH_OP(Cat, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops
