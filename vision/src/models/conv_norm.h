// SPDX-License-Identifier: Apache-2.0
// Convolution, batch norm and activation of blocks that name each by itself.
#pragma once

#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/normalization.h"

namespace hearth::vision::models {

inline Tensor conv_norm(nn::Conv2d& conv, nn::BatchNorm2d& norm, const Tensor& x) {
  return norm(conv(x));
}
inline Tensor conv_norm_relu(nn::Conv2d& conv, nn::BatchNorm2d& norm, const Tensor& x) {
  return norm(conv(x)).relu_();
}
/// The end of a residual block, past which `other` went.
inline Tensor conv_norm_add_relu(nn::Conv2d& conv, nn::BatchNorm2d& norm, const Tensor& x,
                                 const Tensor& other) {
  return norm(conv(x)).add_(other).relu_();
}

}  // namespace hearth::vision::models
