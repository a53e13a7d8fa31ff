// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// `pad` holds before and after of the last dim first; negative ones crop.
struct ConstantPadNd {
  DimVector pad;
  Scalar value = 0;
  static constexpr OpInfo info{.name = "constant_pad_nd", .barebones = true};
  HEARTH_OP(ConstantPadNd, pad, value)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// Where padding takes its elements from.
enum class PadMode : uint8_t { Reflect, Replicate, Circular };
constexpr PadMode last_value(PadMode) { return PadMode::Circular; }

/// Pads the last one to three dims of [N, C, spatial...] or [C, spatial...] with self's elements.
struct PadFromSelf {
  PadMode mode = PadMode::Reflect;
  DimVector pad;
  static constexpr OpInfo info{.name = "pad_from_self", .kind = Kind::Fused};
  HEARTH_OP(PadFromSelf, mode, pad)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// Its gradient for an input of sizes `input_size`.
struct PadFromSelfBackward {
  PadMode mode = PadMode::Reflect;
  DimVector pad, input_size;
  static constexpr OpInfo info{
      .name = "pad_from_self_backward", .kind = Kind::Fused, .args = {"grad_output"}};
  HEARTH_OP(PadFromSelfBackward, mode, pad, input_size)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops

namespace hearth {
using ops::PadMode;
}
