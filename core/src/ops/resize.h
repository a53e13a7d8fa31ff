// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

enum class ResizeMode : uint8_t { Nearest, Bilinear };
constexpr ResizeMode last_value(ResizeMode) { return ResizeMode::Bilinear; }

/// [N, C, H, W] to another height and width. Linear in its input; its gradient is ResizeBackward.
struct Resize2d {
  DimVector output_size;
  ResizeMode mode = ResizeMode::Nearest;
  bool align_corners = false;
  std::optional<double> scale_h, scale_w;
  static constexpr OpInfo info{.name = "upsample2d"};
  HEARTH_OP(Resize2d, output_size, mode, align_corners, scale_h, scale_w)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct Resize2dBackward {
  DimVector input_size;
  ResizeMode mode = ResizeMode::Nearest;
  bool align_corners = false;
  std::optional<double> scale_h, scale_w;
  static constexpr OpInfo info{.name = "upsample2d_backward", .args = {"grad_output"}};
  HEARTH_OP(Resize2dBackward, input_size, mode, align_corners, scale_h, scale_w)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops
