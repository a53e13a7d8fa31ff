// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// conv1d, conv2d, conv3d and their transposed forms, by rank. Lists have one entry per spatial
/// dim.
struct Convolution {
  DimVector stride, padding, dilation;
  bool transposed = false;
  DimVector output_padding;
  int64_t groups = 1;
  static constexpr OpInfo info{.name = "convolution",
                               .cast = Cast::Lower,
                               .args = {"input", "weight", {"bias", arg::optional}}};
  HEARTH_OP(Convolution, stride, padding, dilation, transposed, output_padding, groups)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const {
    return {.in = (need[1] ? 1u : 0u) | (need[0] ? 2u : 0u), .specs = true};
  }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// What y = conv(x, w, bias) adds to w and, with `bias`, to bias: from x and the gradient of y. A
/// transposed convolution's is this with x and y swapped.
struct ConvolutionWeightGrad {
  DimVector stride, padding, dilation;
  int64_t groups = 1;
  DimVector kernel;            ///< spatial sizes of w
  bool channels_last = false;  ///< layout of the result
  bool bias = false;
  static constexpr OpInfo info{
      .name = "convolution_weight_grad", .cast = Cast::Lower, .args = {"input", "grad_output"}};
  HEARTH_OP(ConvolutionWeightGrad, stride, padding, dilation, groups, kernel, channels_last, bias)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const {
    return {.in = (need[1] ? 1u : 0u) | (need[0] ? 2u : 0u), .specs = true};
  }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops
