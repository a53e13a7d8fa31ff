// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/conv_algorithm.h"

namespace hearth::cpu {

// Convolutions of few channels, straight from padded planes: no unfolding, and no registers filled
// up with channels that are not there. The bits do not depend on the number of threads.

/// Whether they compute `args`: float, stride 1, one group, two dims or fewer, and no padding that
/// is negative or larger than the image by far.
bool planes_accept(const ConvArgs& args);

void planes_forward(const ConvArgs& args, const float* x, const float* w, const float* bias,
                    float* y);
void planes_backward_weights(const ConvArgs& args, const float* x, const float* gy, float* gw,
                             float* gb);

}  // namespace hearth::cpu
