// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// The p-norms of the differences of every row of x1 and every row of x2; batches broadcast.
struct Cdist {
  double p = 2;
  static constexpr OpInfo info{
      .name = "cdist", .kind = Kind::Fused, .cast = Cast::Float32, .args = {"x1", "x2"}};
  HEARTH_OP(Cdist, p)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 3, .out = 1}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
  Tensors decompose(Args in) const;
};

/// The gradient by x1, of x1's sizes.
struct CdistBackward {
  double p = 2;
  static constexpr OpInfo info{.name = "cdist_backward",
                               .kind = Kind::Fused,
                               .cast = Cast::Float32,
                               .args = {"grad", "x1", "x2", "cdist"}};
  HEARTH_OP(CdistBackward, p)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

/// The cross products of vectors along a dim of three.
struct Cross {
  int64_t dim = -1;
  static constexpr OpInfo info{
      .name = "linalg_cross", .kind = Kind::Fused, .args = {"self", "other"}};
  HEARTH_OP(Cross, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const { return {.in = (need[1] ? 1u : 0u) | (need[0] ? 2u : 0u)}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
  Tensors decompose(Args in) const;
};

}  // namespace hearth::ops
