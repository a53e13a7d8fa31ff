// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/base/dtype.h"

namespace hearth::cpu {

enum class ConvLayout : int8_t {
  Contiguous,    ///< NCHW activations, OIHW weights
  ChannelsLast,  ///< NHWC activations, OHWI weights
};

/// A 2-d convolution (cross-correlation, as in PyTorch). conv1d is one of height 1: input[0],
/// kernel[0], stride[0], dilation[0] = 1 and no padding there.
///
/// All tensors are dense, of `dtype` (Float, Double, BFloat16 or Half) and never overlap:
///   x   [batch, in_channels, input]      in `layout`
///   y   [batch, out_channels, output()]  in `layout`
///   w   [out_channels, in_channels / groups, kernel]  in `weight_layout`
///   b   [out_channels]
/// Gradients have the layout of what they belong to. Empty batches, channels and outputs are legal.
struct ConvArgs {
  ScalarType dtype = kFloat;
  ConvLayout layout = ConvLayout::Contiguous;
  ConvLayout weight_layout = ConvLayout::Contiguous;
  int64_t batch = 0, in_channels = 0, out_channels = 0, groups = 1;
  int64_t input[2] = {1, 1};
  int64_t kernel[2] = {1, 1};
  int64_t stride[2] = {1, 1};
  int64_t pad_begin[2] = {0, 0};
  int64_t pad_end[2] = {0, 0};
  int64_t dilation[2] = {1, 1};

  int64_t output(int d) const {
    const int64_t span = input[d] + pad_begin[d] + pad_end[d] - dilation[d] * (kernel[d] - 1) - 1;
    return span < 0 ? 0 : span / stride[d] + 1;
  }
};

/// y = conv(x, w) + bias; bias may be null.
void conv_forward(const ConvArgs& args, const void* x, const void* w, const void* bias, void* y);

/// gx, from gy. A transposed convolution's forward is this with the roles swapped: its input is
/// gy, its output gx, in_channels its output channels; add its bias afterwards.
void conv_backward_data(const ConvArgs& args, const void* gy, const void* w, void* gx);

/// gw and, unless null, gb: sums over batch and positions.
void conv_backward_weights(const ConvArgs& args, const void* x, const void* gy, void* gw, void* gb);

}  // namespace hearth::cpu
