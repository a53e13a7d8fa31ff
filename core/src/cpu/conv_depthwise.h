// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/conv_algorithm.h"

namespace hearth::cpu {

// Convolutions of each channel for itself, of channels-last images; contiguous ones are turned. The
// bits do not depend on the number of threads.

/// Whether they compute `args`: float, as many groups as channels on both sides.
bool depthwise_accepts(const ConvArgs& args);

void depthwise_forward(const ConvArgs& args, const float* x, const float* w, const float* bias,
                       float* y);
void depthwise_backward_data(const ConvArgs& args, const float* gy, const float* w, float* gx);
void depthwise_backward_weights(const ConvArgs& args, const float* x, const float* gy, float* gw,
                                float* gb);

}  // namespace hearth::cpu
