// SPDX-License-Identifier: Apache-2.0
// Views: other sizes and strides on the same storage.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

struct View {
  DimVector sizes;  ///< one may be -1
  static constexpr OpInfo info{.name = "view", .outputs = {out::view_of(0)}};
  HEARTH_OP(View, sizes)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct Permute {
  DimVector dims;
  static constexpr OpInfo info{.name = "permute", .outputs = {out::view_of(0)}};
  HEARTH_OP(Permute, dims)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct Transpose {
  int64_t dim0 = 0, dim1 = 0;
  static constexpr OpInfo info{.name = "transpose", .outputs = {out::view_of(0)}};
  HEARTH_OP(Transpose, dim0, dim1)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct Expand {
  DimVector sizes;  ///< -1 keeps a dim
  static constexpr OpInfo info{.name = "expand", .outputs = {out::view_of(0)}};
  HEARTH_OP(Expand, sizes)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// Drops the dims of size one among `dims`; without dims, all of them.
struct Squeeze {
  std::optional<DimVector> dims;
  static constexpr OpInfo info{.name = "squeeze", .outputs = {out::view_of(0)}};
  HEARTH_OP(Squeeze, dims)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct Unsqueeze {
  int64_t dim = 0;
  static constexpr OpInfo info{.name = "unsqueeze", .outputs = {out::view_of(0)}};
  HEARTH_OP(Unsqueeze, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

}  // namespace hearth::ops
