// SPDX-License-Identifier: Apache-2.0
// Counting.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// out[i]: how often i occurs in a 1-d self whose elements are within [0, size), or the sum of the
/// weights of those places.
struct Bincount {
  int64_t size = 0;
  static constexpr OpInfo info{
      .name = "bincount",
      .kind = Kind::Fused,
      .differentiable = false,
      .args = {{"self", arg::index}, {"weights", arg::optional | arg::constant}}};
  HEARTH_OP(Bincount, size)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

}  // namespace hearth::ops
