// SPDX-License-Identifier: Apache-2.0
// One element of each line by its rank. NaN counts as larger than everything; of equal elements the
// first has the lowest rank.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// The k-th smallest element, counted from 1, and where it is; the gradient goes there.
struct KthValue {
  int64_t k = 1;
  int64_t dim = -1;
  bool keepdim = false;
  static constexpr OpInfo info{
      .name = "kthvalue", .kind = Kind::Fused, .outputs = {out::fresh, out::constant}};
  HEARTH_OP(KthValue, k, dim, keepdim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
  Tensors decompose(Args in) const;
};

/// The median, the lower one of two, and where it is. Of a line with NaNs it is the first of them,
/// with `ignore_nan` the median of the others. `spread`: the gradient goes to all elements equal to
/// it, in equal shares, and else to its place.
struct Median {
  int64_t dim = -1;
  bool keepdim = false;
  bool ignore_nan = false;
  bool spread = false;
  static constexpr OpInfo info{
      .name = "median", .kind = Kind::Fused, .outputs = {out::fresh, out::constant}};
  HEARTH_OP(Median, dim, keepdim, ignore_nan, spread)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const {
    return {.in = spread, .out = spread ? uint64_t{1} : uint64_t{2}, .specs = true};
  }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
  Tensors decompose(Args in) const;
};

}  // namespace hearth::ops
