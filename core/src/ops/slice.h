// SPDX-License-Identifier: Apache-2.0
// Views of a part along one dim: slices, single elements, splits.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Throws ValueError for more parts than a split makes: each costs a tensor.
void check_parts(std::string_view op, int64_t n);

struct Slice {
  int64_t dim = 0;
  std::optional<int64_t> start, end;
  int64_t step = 1;
  static constexpr OpInfo info{.name = "slice", .outputs = {out::view_of(0)}};
  HEARTH_OP(Slice, dim, start, end, step)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct Select {
  int64_t dim = 0, index = 0;
  static constexpr OpInfo info{.name = "select", .outputs = {out::view_of(0)}};
  HEARTH_OP(Select, dim, index)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct SplitWithSizes {
  DimVector split_sizes;
  int64_t dim = 0;
  static constexpr OpInfo info{.name = "split_with_sizes", .outputs = {out::view_of(0)}};
  HEARTH_OP(SplitWithSizes, split_sizes, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct Unbind {
  int64_t dim = 0;
  static constexpr OpInfo info{.name = "unbind", .outputs = {out::view_of(0)}};
  HEARTH_OP(Unbind, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

}  // namespace hearth::ops
