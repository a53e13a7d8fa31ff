// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/conv_algorithm.h"

namespace hearth::cpu {

// Convolutions as products of matrices of the whole batch, tap by tap: a tap's pixels, one a row,
// are read where they lie or gathered. Bits may depend on the number of threads, as of matmul.

/// Whether they compute `args`: floats of channels-last images, one group. Forward takes one tap.
bool product_accepts(const ConvArgs& args);

void product_forward(const ConvArgs& args, const float* x, const float* w, const float* bias,
                     float* y);
void product_backward_weights(const ConvArgs& args, const float* x, const float* gy, float* gw,
                              float* gb);

}  // namespace hearth::cpu
