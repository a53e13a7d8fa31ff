// SPDX-License-Identifier: Apache-2.0
// Different elements, and the order of rows.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// The different elements in order (of `consecutive` ones the first of each run), the number among
/// them of every input, and how often each occurs; what was not asked for is empty. NaN differs
/// from NaN.
struct Unique {
  bool return_inverse = false;
  bool return_counts = false;
  bool consecutive = false;
  static constexpr OpInfo info{
      .name = "unique",
      .kind = Kind::Fused,
      .differentiable = false,
      .args = {{"self", arg::apart}},
      .outputs = {out::data_dependent, out::data_dependent, out::data_dependent}};
  HEARTH_OP(Unique, return_inverse, return_counts, consecutive)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

/// Where the rows of a matrix are in lexicographic order; equal ones keep theirs.
struct RowOrder {
  static constexpr OpInfo info{
      .name = "row_order", .kind = Kind::Fused, .differentiable = false, .args = {"self"}};
  HEARTH_OP(RowOrder)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

}  // namespace hearth::ops
