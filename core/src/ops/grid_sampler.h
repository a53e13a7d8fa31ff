// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

enum class GridMode : uint8_t { Bilinear, Nearest, Bicubic };
constexpr GridMode last_value(GridMode) { return GridMode::Bicubic; }
enum class GridPadding : uint8_t { Zeros, Border, Reflection };
constexpr GridPadding last_value(GridPadding) { return GridPadding::Reflection; }

/// [N, C, spatial...] at the positions [N, out..., dims].
struct GridSampler {
  GridMode mode = GridMode::Bilinear;
  GridPadding padding = GridPadding::Zeros;
  bool align_corners = false;
  static constexpr OpInfo info{
      .name = "grid_sampler", .kind = Kind::Fused, .args = {"input", "grid"}};
  HEARTH_OP(GridSampler, mode, padding, align_corners)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 3}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
  Tensors decompose(Args in) const;
};

/// Outputs: the gradients of input and grid.
struct GridSamplerBackward {
  GridMode mode = GridMode::Bilinear;
  GridPadding padding = GridPadding::Zeros;
  bool align_corners = false;
  static constexpr OpInfo info{.name = "grid_sampler_backward",
                               .kind = Kind::Fused,
                               .args = {"grad_output", "input", "grid"},
                               .outputs = {out::fresh, out::fresh}};
  HEARTH_OP(GridSamplerBackward, mode, padding, align_corners)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 7}; }
  Tensors decompose(Args in) const;
};

}  // namespace hearth::ops
