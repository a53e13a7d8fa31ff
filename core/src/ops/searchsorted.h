// SPDX-License-Identifier: Apache-2.0
// Binary search.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// How many elements of a sorted line are less than each value, or with `right` not greater. The
/// line is the whole of a 1-d sequence, else the one at the value's leading indices; `sorter` says
/// where its elements are in order.
struct SearchSorted {
  bool out_int32 = false;
  bool right = false;
  static constexpr OpInfo info{.name = "searchsorted",
                               .kind = Kind::Fused,
                               .differentiable = false,
                               .args = {{"sorted_sequence", arg::constant},
                                        {"self", arg::constant},
                                        {"sorter", arg::index | arg::optional}}};
  HEARTH_OP(SearchSorted, out_int32, right)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

}  // namespace hearth::ops
