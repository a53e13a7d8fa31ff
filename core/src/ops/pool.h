// SPDX-License-Identifier: Apache-2.0
// Pooling of [N, C, spatial...] with one to three spatial dims. Lists have one entry for each.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Outputs: maxima and, with `indices`, their places among the spatial positions. Given `values`,
/// its elements at those places instead of the maxima: what the gradient of MaxPoolBackward is.
struct MaxPool {
  DimVector kernel_size, stride, padding, dilation;
  bool ceil_mode = false, indices = false;
  static constexpr OpInfo info{.name = "max_pool", .args = {"self", {"values", arg::optional}}};
  HEARTH_OP(MaxPool, kernel_size, stride, padding, dilation, ceil_mode, indices)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// As MaxPool, with windows that cut the input into output_size parts.
struct AdaptiveMaxPool {
  DimVector output_size;
  bool indices = false;
  static constexpr OpInfo info{.name = "adaptive_max_pool",
                               .args = {"self", {"values", arg::optional}}};
  HEARTH_OP(AdaptiveMaxPool, output_size, indices)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// Gradient of both, by finding the maxima of `self` again: cheaper than keeping their places, and
/// the input is usually kept by its producer anyway. No kernel_size: adaptive.
struct MaxPoolBackward {
  DimVector kernel_size, stride, padding, dilation;
  static constexpr OpInfo info{.name = "max_pool_backward", .args = {"grad_output", "self"}};
  HEARTH_OP(MaxPoolBackward, kernel_size, stride, padding, dilation)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const { return {.in = need[0] ? 2u : 0u, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct AvgPool {
  DimVector kernel_size, stride, padding;
  bool ceil_mode = false, count_include_pad = true;
  std::optional<int64_t> divisor_override;
  static constexpr OpInfo info{.name = "avg_pool", .jvp = Jvp::Linear};
  HEARTH_OP(AvgPool, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct AdaptiveAvgPool {
  DimVector output_size;
  static constexpr OpInfo info{.name = "adaptive_avg_pool", .jvp = Jvp::Linear};
  HEARTH_OP(AdaptiveAvgPool, output_size)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// Gradient of both for an input of spatial sizes input_size. No kernel_size: adaptive.
struct AvgPoolBackward {
  DimVector kernel_size, stride, padding;
  bool ceil_mode = false, count_include_pad = true;
  std::optional<int64_t> divisor_override;
  DimVector input_size;
  static constexpr OpInfo info{
      .name = "avg_pool_backward", .jvp = Jvp::Linear, .args = {"grad_output"}};
  HEARTH_OP(AvgPoolBackward, kernel_size, stride, padding, ceil_mode, count_include_pad,
            divisor_override, input_size)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = kernel_size.empty()}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops
