// SPDX-License-Identifier: Apache-2.0
// Copies between layouts, dtypes and devices.
#pragma once

#include "dispatch/op.h"
#include "tensor/raw_copy.h"

namespace hearth {

namespace ops {

/// self.copy_(source): input 0 is written, input 1 broadcast and converted to it.
struct Copy {
  bool non_blocking = false;
  static constexpr OpInfo info{
      .name = "copy_",
      .jvp = Jvp::Linear,
      .strided = true,
      .barebones = true,
      .args = {{"self", arg::in_place}, {"source", arg::any_device | arg::in_place}}};
  HEARTH_OP(Copy, non_blocking)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// A copy with another dtype, device or memory format.
struct To {
  std::optional<ScalarType> dtype;
  std::optional<Device> device;
  MemoryFormat format = MemoryFormat::Preserve;
  bool non_blocking = false;
  bool pinned = false;
  static constexpr OpInfo info{
      .name = "to", .jvp = Jvp::Linear, .strided = true, .barebones = true};
  HEARTH_OP(To, dtype, device, format, non_blocking, pinned)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace ops
}  // namespace hearth
