// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/conv_algorithm.h"

namespace hearth::cpu {

// Convolutions of many channels by our own kernels, which read channels-last images where they lie;
// contiguous ones are turned. The bits do not depend on the number of threads.

/// Whether they compute `args`: float, one group.
bool direct_accepts(const ConvArgs& args);

void direct_forward(const ConvArgs& args, const float* x, const float* w, const float* bias,
                    float* y);
void direct_backward_data(const ConvArgs& args, const float* gy, const float* w, float* gx);
void direct_backward_weights(const ConvArgs& args, const float* x, const float* gy, float* gw,
                             float* gb);

}  // namespace hearth::cpu
