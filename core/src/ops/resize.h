// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// How many neighbours an output weighs along a dim: one, two or four.
enum class ResizeFilter : uint8_t { Nearest, NearestExact, Linear, Cubic };
constexpr ResizeFilter last_value(ResizeFilter) { return ResizeFilter::Cubic; }

// Resizing of [N, C, spatial...] with one to three spatial dims, one after the other: each is
// linear in its input and the gradient of the other. `antialias` widens a filter where an image
// shrinks. scale_w belongs to the last dim, scale_h to the one before it.
#define HEARTH_UPSAMPLE_FIELDS                   \
  ResizeFilter filter = ResizeFilter::Nearest;   \
  bool align_corners = false, antialias = false; \
  std::optional<double> scale_d, scale_h, scale_w;

struct Upsample {
  DimVector output_size;
  HEARTH_UPSAMPLE_FIELDS
  static constexpr OpInfo info{.name = "upsample", .jvp = Jvp::Linear};
  HEARTH_OP(Upsample, output_size, filter, align_corners, antialias, scale_d, scale_h, scale_w)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct UpsampleBackward {
  DimVector input_size;
  HEARTH_UPSAMPLE_FIELDS
  static constexpr OpInfo info{
      .name = "upsample_backward", .jvp = Jvp::Linear, .args = {"grad_output"}};
  HEARTH_OP(UpsampleBackward, input_size, filter, align_corners, antialias, scale_d, scale_h,
            scale_w)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};
#undef HEARTH_UPSAMPLE_FIELDS

}  // namespace hearth::ops
