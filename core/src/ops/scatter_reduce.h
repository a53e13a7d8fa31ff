// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

enum class ScatterReduction : uint8_t { Prod, Amax, Amin };
constexpr ScatterReduction last_value(ScatterReduction) { return ScatterReduction::Amin; }

/// The product, largest or smallest of what lies at a place (if `include_self`) and of all that is
/// scattered there. Sums are ScatterAdd, means a sum and a quotient.
struct ScatterReduce {
  int64_t dim = 0;
  ScatterReduction reduce = ScatterReduction::Prod;
  bool include_self = true;
  static constexpr OpInfo info{
      .name = "scatter_reduce",
      .strided = true,
      .args = {{"self", arg::in_place}, {"index", arg::index | arg::apart}, {"src", arg::apart}}};
  HEARTH_OP(ScatterReduce, dim, reduce, include_self)
  /// What changes nothing in a reduction.
  HEARTH_API Scalar identity(ScalarType t) const;
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops
