// SPDX-License-Identifier: Apache-2.0
// Largest and smallest elements and where they are.
#pragma once

#include "ops/reduce.h"

namespace hearth::ops {

/// amax and amin share everything but their name: ties share the gradient evenly. Where NaN is the
/// result, it goes to the NaNs with `nan_ties`, as of max() and min(), and else is NaN.
struct Amax {
  DimVector dims;  ///< empty: all
  bool keepdim = false;
  bool nan_ties = false;
  static constexpr OpInfo info{.name = "amax"};
  HEARTH_OP(Amax, dims, keepdim, nan_ties)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1, .out = 1, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};
struct Amin {
  DimVector dims;  ///< empty: all
  bool keepdim = false;
  bool nan_ties = false;
  static constexpr OpInfo info{.name = "amin"};
  HEARTH_OP(Amin, dims, keepdim, nan_ties)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1, .out = 1, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// The gradient of values that come from the positions along dim that output 1 holds.
Grads to_position(const Saved& s, const Tensor& g, int64_t dim, bool keepdim);

/// Values and the first positions that have them; the gradient goes to those.
struct MaxDim {
  int64_t dim = 0;
  bool keepdim = false;
  static constexpr OpInfo info{
      .name = "max", .args = {{"self", arg::in_place}}, .outputs = {out::fresh, out::constant}};
  HEARTH_OP(MaxDim, dim, keepdim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};
struct MinDim {
  int64_t dim = 0;
  bool keepdim = false;
  static constexpr OpInfo info{
      .name = "min", .args = {{"self", arg::in_place}}, .outputs = {out::fresh, out::constant}};
  HEARTH_OP(MinDim, dim, keepdim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// The first position along dim, or in the flattened tensor.
struct Argmax {
  std::optional<int64_t> dim;
  bool keepdim = false;
  static constexpr OpInfo info{.name = "argmax", .differentiable = false};
  HEARTH_OP(Argmax, dim, keepdim)
  Specs infer(Args in) const;
};
struct Argmin {
  std::optional<int64_t> dim;
  bool keepdim = false;
  static constexpr OpInfo info{.name = "argmin", .differentiable = false};
  HEARTH_OP(Argmin, dim, keepdim)
  Specs infer(Args in) const;
};

}  // namespace hearth::ops
