// SPDX-License-Identifier: Apache-2.0
// The same bytes as another type.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// The same bytes as another type.
struct ViewDtype {
  ScalarType dtype = kFloat;
  static constexpr OpInfo info{
      .name = "view_dtype", .differentiable = false, .outputs = {out::detached_view_of(0)}};
  HEARTH_OP(ViewDtype, dtype)
  Specs infer(Args in) const;
};

/// Complex numbers as pairs along a new last dim.
struct ViewAsReal {
  static constexpr OpInfo info{.name = "view_as_real", .outputs = {out::view_of(0)}};
  HEARTH_OP(ViewAsReal)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// Pairs along the last dim as complex numbers.
struct ViewAsComplex {
  static constexpr OpInfo info{.name = "view_as_complex", .outputs = {out::view_of(0)}};
  HEARTH_OP(ViewAsComplex)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

}  // namespace hearth::ops
