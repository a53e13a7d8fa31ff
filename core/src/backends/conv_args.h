// SPDX-License-Identifier: Apache-2.0
// Convolutions as backends compute them.
#pragma once

#include "base/checked.h"
#include "ops/conv.h"

namespace hearth {

enum class ConvLayout : int8_t {
  Contiguous,    ///< NCHW activations, OIHW weights
  ChannelsLast,  ///< NHWC activations, OHWI weights
};

/// A 2-d convolution (cross-correlation, as in PyTorch). conv1d is one of height 1: input[0],
/// kernel[0], stride[0], dilation[0] = 1 and no padding there.
///
/// All tensors are dense, of `dtype` (Float, Double, BFloat16, Half or, without gradients, Long)
/// and never overlap:
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

/// The convolution from `x` to `y` (sizes [N, C, spatial...]) by a weight of `kernel` spatial
/// sizes.
template <class Op>
ConvArgs conv_args(const Op& op, const TensorImpl& x, const TensorImpl& y, const int64_t* kernel) {
  ConvArgs c;
  c.dtype = x.dtype;
  c.batch = x.sizes[0];
  c.in_channels = x.sizes[1];
  c.out_channels = y.sizes[1];
  c.groups = op.groups;
  const size_t spatial = x.sizes.size() - 2;
  for (size_t d = 0; d < spatial; ++d) {
    const size_t to = d + 2 - spatial;
    c.input[to] = x.sizes[d + 2];
    c.kernel[to] = kernel[d];
    c.stride[to] = op.stride[d];
    c.dilation[to] = op.dilation[d];
    c.pad_begin[to] = op.padding[d];
    // What the sizes need: less than `padding` where a stride leaves some input unread.
    const Checked read = (Checked(y.sizes[d + 2]) - 1) * op.stride[d] +
                         Checked(op.dilation[d]) * (kernel[d] - 1) + 1;
    c.pad_end[to] =
        (read - c.input[to] - op.padding[d])
            .get("convolution", "stride ", op.stride[d], " with dilation ", op.dilation[d]);
  }
  return c;
}

inline ConvLayout layout_of(bool channels_last) {
  return channels_last ? ConvLayout::ChannelsLast : ConvLayout::Contiguous;
}

}  // namespace hearth
