// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/conv_algorithm.h"

namespace hearth::cpu {

// Convolutions of 3 x 3 taps by Winograd's method (cpu/conv_winograd_kernels.h): a quarter of the
// multiplications. The bits do not depend on the number of threads. What is not finite may spread
// over the 4 x 4 results of its tile.

/// Whether they compute `args`: float, one group, 3 x 3 taps, stride 1, padding of at most 2.
bool winograd_accepts(const ConvArgs& args);

void winograd_forward(const ConvArgs& args, const float* x, const float* w, const float* bias,
                      float* y);
void winograd_backward_data(const ConvArgs& args, const float* gy, const float* w, float* gx);
void winograd_backward_weights(const ConvArgs& args, const float* x, const float* gy, float* gw,
                               float* gb);

}  // namespace hearth::cpu
