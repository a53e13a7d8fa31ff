// SPDX-License-Identifier: Apache-2.0
// Copies that rearrange elements: flip, tril, triu.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

struct Flip {
  DimVector dims;
  static constexpr OpInfo info{.name = "flip", .jvp = Jvp::Linear, .barebones = true};
  HEARTH_OP(Flip, dims)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// Zero on one side of a diagonal of each matrix: above it (tril) or, with `upper`, below (triu).
struct Triangle {
  bool upper = false;
  int64_t diagonal = 0;
  static constexpr OpInfo info{.name = "tril", .jvp = Jvp::Linear};
  HEARTH_OP(Triangle, upper, diagonal)
  /// The diagonal, or the nearest one that has the same effect on matrices of t's sizes.
  HEARTH_API int64_t diagonal_within(const TensorImpl& t) const;
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

}  // namespace hearth::ops
