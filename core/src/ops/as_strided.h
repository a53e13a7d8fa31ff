// SPDX-License-Identifier: Apache-2.0
// Views at any strides: as_strided, windows, diagonals.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Any sizes and strides inside the storage; elements may overlap.
struct AsStrided {
  DimVector sizes, strides;
  std::optional<int64_t> storage_offset;
  static constexpr OpInfo info{.name = "as_strided", .outputs = {out::view_of(0)}};
  HEARTH_OP(AsStrided, sizes, strides, storage_offset)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// Windows of `size` elements, `step` apart, along `dim`; the window becomes the last dim.
struct Unfold {
  int64_t dim = 0, size = 1, step = 1;
  static constexpr OpInfo info{.name = "unfold", .outputs = {out::view_of(0)}};
  HEARTH_OP(Unfold, dim, size, step)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// Windows as Unfold shows them, added up where they lie in a tensor of input_sizes.
struct UnfoldBackward {
  DimVector input_sizes;
  int64_t dim = 0, size = 1, step = 1;
  static constexpr OpInfo info{
      .name = "unfold_backward", .kind = Kind::Fused, .jvp = Jvp::Linear, .args = {"grad"}};
  HEARTH_OP(UnfoldBackward, input_sizes, dim, size, step)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
  Tensors decompose(Args in) const;
};

struct Diagonal {
  int64_t offset = 0, dim1 = 0, dim2 = 1;
  static constexpr OpInfo info{.name = "diagonal", .outputs = {out::view_of(0)}};
  HEARTH_OP(Diagonal, offset, dim1, dim2)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

}  // namespace hearth::ops
