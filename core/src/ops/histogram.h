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

/// How many elements lie in each of `bins` equal parts of [low, high]. Which part is computed in
/// the elements' type.
struct Histc {
  int64_t bins = 0;
  double low = 0, high = 1;
  static constexpr OpInfo info{.name = "histc", .kind = Kind::Fused, .differentiable = false};
  HEARTH_OP(Histc, bins, low, high)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

}  // namespace hearth::ops
