// SPDX-License-Identifier: Apache-2.0
// Sorting along one dim. NaN counts as larger than everything; equal elements keep their order.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Values and where they were.
struct Sort {
  int64_t dim = -1;
  bool descending = false;
  static constexpr OpInfo info{
      .name = "sort", .args = {{"self", arg::in_place}}, .outputs = {out::fresh, out::constant}};
  HEARTH_OP(Sort, dim, descending)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// The k largest (or smallest) elements and where they were.
struct TopK {
  int64_t k = 0;
  int64_t dim = -1;
  bool largest = true;
  bool sorted = true;
  static constexpr OpInfo info{
      .name = "topk", .args = {{"self", arg::in_place}}, .outputs = {out::fresh, out::constant}};
  HEARTH_OP(TopK, k, dim, largest, sorted)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

}  // namespace hearth::ops
