// SPDX-License-Identifier: Apache-2.0
// Convolution, batch norm and activation of blocks that name each by itself.
#pragma once

#include "hearth/nn/modules/conv_norm.h"

namespace hearth::vision::models {

inline Tensor conv_norm_relu(nn::Conv2d& conv, nn::BatchNorm2d& norm, const Tensor& x) {
  return nn::conv_norm(conv, norm, x, ConvActivation::ReLU);
}
/// The end of a residual block, past which `other` went.
inline Tensor conv_norm_add_relu(nn::Conv2d& conv, nn::BatchNorm2d& norm, const Tensor& x,
                                 const Tensor& other) {
  return nn::conv_norm(conv, norm, x, ConvActivation::ReLU, other);
}

}  // namespace hearth::vision::models
