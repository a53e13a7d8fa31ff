// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/conv_algorithm.h"

namespace hearth::cpu {

// Convolution as matrix products of unfolded images (im2col), T = float or double: handles every
// shape, needs nothing but matmul. The bits do not depend on the number of threads.
template <typename T>
void unfold_forward(const ConvArgs& args, const T* x, const T* w, const T* bias, T* y);
template <typename T>
void unfold_backward_data(const ConvArgs& args, const T* gy, const T* w, T* gx);
template <typename T>
void unfold_backward_weights(const ConvArgs& args, const T* x, const T* gy, T* gw, T* gb);

}  // namespace hearth::cpu
