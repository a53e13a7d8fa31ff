// SPDX-License-Identifier: Apache-2.0
// What changes or copies a handle, not data: rows, so that whoever watches the door sees it.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// The same elements as another tensor.
struct Alias {
  static constexpr OpInfo info{.name = "alias", .outputs = {out::view_of(0)}};
  HEARTH_OP(Alias)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// The same elements as a tensor without history. In place: takes it away.
struct Detach {
  static constexpr OpInfo info{
      .name = "detach", .differentiable = false, .outputs = {out::detached_view_of(0)}};
  HEARTH_OP(Detach)
  Specs infer(Args in) const;
};

/// In place: self shows the memory and layout of source from now on.
struct SetData {
  static constexpr OpInfo info{.name = "set_data",
                               .differentiable = false,
                               .args = {"self", {"source", arg::any_device}},
                               .outputs = {out::detached_view_of(1)}};
  HEARTH_OP(SetData)
  Specs infer(Args in) const;
};

/// In place: self shows the storage of source from now on, laid out as source or, if `given`, as
/// the fields say. Counts as a write, unlike SetData.
struct SetStorage {
  bool given = false;
  DimVector sizes, strides;
  int64_t storage_offset = 0;
  static constexpr OpInfo info{.name = "set_",
                               .differentiable = false,
                               .args = {"self", "source"},
                               .outputs = {out::view_of(1)}};
  HEARTH_OP(SetStorage, given, sizes, strides, storage_offset)
  Specs infer(Args in) const;
};

/// In place: other sizes, contiguous, in a storage that grows when it must. Elements keep their
/// places in memory.
struct Resize {
  DimVector sizes;
  static constexpr OpInfo info{
      .name = "resize_", .differentiable = false, .outputs = {out::view_of(0)}};
  HEARTH_OP(Resize, sizes)
  Specs infer(Args in) const;
};

}  // namespace hearth::ops
