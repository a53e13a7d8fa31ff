// SPDX-License-Identifier: Apache-2.0
// Pooling of [N, C, H, W]. Lists hold height, width.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Outputs: maxima and, with `indices`, their places in the plane. Given `values`, its elements at
/// those places instead of the maxima: what the gradient of MaxPool2dBackward is.
struct MaxPool2d {
  DimVector kernel_size, stride, padding, dilation;
  bool ceil_mode = false, indices = false;
  static constexpr OpInfo info{.name = "max_pool2d", .args = {"self", {"values", arg::optional}}};
  HEARTH_OP(MaxPool2d, kernel_size, stride, padding, dilation, ceil_mode, indices)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// As MaxPool2d, with windows that cut the input into output_size parts.
struct AdaptiveMaxPool2d {
  DimVector output_size;
  bool indices = false;
  static constexpr OpInfo info{.name = "adaptive_max_pool2d",
                               .args = {"self", {"values", arg::optional}}};
  HEARTH_OP(AdaptiveMaxPool2d, output_size, indices)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// Gradient of both, by finding the maxima of `self` again: cheaper than keeping their places, and
/// the input is usually kept by its producer anyway. No kernel_size: adaptive.
struct MaxPool2dBackward {
  DimVector kernel_size, stride, padding, dilation;
  static constexpr OpInfo info{.name = "max_pool2d_backward", .args = {"grad_output", "self"}};
  HEARTH_OP(MaxPool2dBackward, kernel_size, stride, padding, dilation)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const { return {.in = need[0] ? 2u : 0u, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct AvgPool2d {
  DimVector kernel_size, stride, padding;
  bool ceil_mode = false, count_include_pad = true;
  std::optional<int64_t> divisor_override;
  static constexpr OpInfo info{.name = "avg_pool2d"};
  HEARTH_OP(AvgPool2d, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct AdaptiveAvgPool2d {
  DimVector output_size;
  static constexpr OpInfo info{.name = "adaptive_avg_pool2d"};
  HEARTH_OP(AdaptiveAvgPool2d, output_size)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// Gradient of both for an input of height and width input_size. No kernel_size: adaptive.
struct AvgPool2dBackward {
  DimVector kernel_size, stride, padding;
  bool ceil_mode = false, count_include_pad = true;
  std::optional<int64_t> divisor_override;
  DimVector input_size;
  static constexpr OpInfo info{.name = "avg_pool2d_backward", .args = {"grad_output"}};
  HEARTH_OP(AvgPool2dBackward, kernel_size, stride, padding, ceil_mode, count_include_pad,
            divisor_override, input_size)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = kernel_size.empty()}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops
