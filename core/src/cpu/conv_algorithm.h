// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backends/conv_args.h"
#include "cpu/conv_finish.h"

namespace hearth::cpu {

/// y = conv(x, w) + bias; bias may be null.
void conv_forward(const ConvArgs& args, const void* x, const void* w, const void* bias, void* y);

/// The same of floats, with what the finish makes of the sums. The residual, laid out as y, and the
/// finish's numbers may be null.
void conv_forward(const ConvArgs& args, const float* x, const float* w, const ConvFinish& finish,
                  const float* residual, float* y);

/// gx, from gy. A transposed convolution's forward is this with the roles swapped: its input is
/// gy, its output gx, in_channels its output channels; add its bias afterwards.
void conv_backward_data(const ConvArgs& args, const void* gy, const void* w, void* gx);

/// gw and, unless null, gb: sums over batch and positions.
void conv_backward_weights(const ConvArgs& args, const void* x, const void* gy, void* gw, void* gb);

}  // namespace hearth::cpu
