// SPDX-License-Identifier: Apache-2.0
// Convolutions as backends compute them.
#pragma once

#include "base/checked.h"
#include "ops/conv.h"

namespace hearth {

enum class ConvLayout : int8_t {
  Contiguous,    ///< NC[D]HW activations, OI[D]HW weights
  ChannelsLast,  ///< N[D]HWC activations, O[D]HWI weights
};

inline constexpr int kConvDims = 3;

/// A convolution (cross-correlation, as in PyTorch) of `dims` spatial dims, the last of kConvDims;
/// those before have size 1.
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
  int dims = 2;
  int64_t batch = 0, in_channels = 0, out_channels = 0, groups = 1;
  int64_t input[kConvDims] = {1, 1, 1};
  int64_t kernel[kConvDims] = {1, 1, 1};
  int64_t stride[kConvDims] = {1, 1, 1};
  int64_t pad_begin[kConvDims] = {0, 0, 0};
  int64_t pad_end[kConvDims] = {0, 0, 0};
  int64_t dilation[kConvDims] = {1, 1, 1};

  int64_t output(int d) const {
    const int64_t span = input[d] + pad_begin[d] + pad_end[d] - dilation[d] * (kernel[d] - 1) - 1;
    return span < 0 ? 0 : span / stride[d] + 1;
  }
  /// Input and output positions of an image, and taps of a kernel, of one channel.
  int64_t pixels() const { return input[0] * input[1] * input[2]; }
  int64_t positions() const { return output(0) * output(1) * output(2); }
  int64_t area() const { return kernel[0] * kernel[1] * kernel[2]; }
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
  c.dims = static_cast<int>(spatial);
  for (size_t d = 0; d < spatial; ++d) {
    const size_t to = d + kConvDims - spatial;
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
