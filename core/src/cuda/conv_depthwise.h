// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backends/conv_args.h"
#include "cuda/runtime.h"

namespace hearth::cuda {

/// Whether own kernels compute a convolution: each input channel is alone in its group, and has one
/// or two spatial dims.
bool is_depthwise(const ConvArgs& c);

// The passes of such a convolution, of dense tensors in c.layout. `bias` is null, or added to what
// is computed.
void depthwise_forward(const ConvArgs& c, const Tensor& x, const Tensor& w, const Tensor& y,
                       const void* bias);
void depthwise_backward_data(const ConvArgs& c, const Tensor& x, const Tensor& w, const Tensor& y,
                             const void* bias);
/// Sums in an order that depends on sizes alone.
void depthwise_backward_weights(const ConvArgs& c, const Tensor& x, const Tensor& w,
                                const Tensor& y);

}  // namespace hearth::cuda
