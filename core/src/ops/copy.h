// SPDX-License-Identifier: Apache-2.0
// Copies between layouts, dtypes and devices.
#pragma once

#include "dispatch/op.h"

namespace hearth {

namespace ops {

/// self.copy_(source): input 0 is written, input 1 broadcast and converted to it.
struct Copy {
  static constexpr OpInfo info{
      .name = "copy_", .strided = true, .args = {"self", {"source", arg::any_device}}};
  HEARTH_OP(Copy)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// A copy with another dtype, device or memory format.
struct To {
  std::optional<ScalarType> dtype;
  std::optional<Device> device;
  MemoryFormat format = MemoryFormat::Preserve;
  static constexpr OpInfo info{.name = "to", .strided = true};
  HEARTH_OP(To, dtype, device, format)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace ops

/// For kernels and the door, past the tape: a dense copy in another dtype or on another device.
HEARTH_API Tensor copy_raw(const Tensor& source, ScalarType dtype, Device device);
/// `source` itself when contiguous in `format`, else a copy that is.
HEARTH_API Tensor contiguous_raw(const Tensor& source,
                                 MemoryFormat format = MemoryFormat::Contiguous);
/// Writes source into target (same sizes), converting.
HEARTH_API void copy_raw_into(const Tensor& target, const Tensor& source);
/// The same between devices.
HEARTH_API void copy_between(const Tensor& target, const Tensor& source);

}  // namespace hearth
