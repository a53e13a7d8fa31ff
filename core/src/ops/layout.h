// SPDX-License-Identifier: Apache-2.0
// The rarer views (windows, diagonals, other element types) and copies that rearrange elements.
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

struct Diagonal {
  int64_t offset = 0, dim1 = 0, dim2 = 1;
  static constexpr OpInfo info{.name = "diagonal", .outputs = {out::view_of(0)}};
  HEARTH_OP(Diagonal, offset, dim1, dim2)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

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

struct Flip {
  DimVector dims;
  static constexpr OpInfo info{.name = "flip"};
  HEARTH_OP(Flip, dims)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// Zero on one side of a diagonal of each matrix: above it (tril) or, with `upper`, below (triu).
struct Triangle {
  bool upper = false;
  int64_t diagonal = 0;
  static constexpr OpInfo info{.name = "tril"};
  HEARTH_OP(Triangle, upper, diagonal)
  /// The diagonal, or the nearest one that has the same effect on matrices of t's sizes.
  HEARTH_API int64_t diagonal_within(const TensorImpl& t) const;
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

}  // namespace hearth::ops
