// SPDX-License-Identifier: Apache-2.0
// What GoogLeNet and InceptionV3 share.
#pragma once

#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/normalization.h"

namespace hearth::vision::models {

/// A convolution without bias, batch norm and ReLU, named as torchvision's.
class BasicConv2dImpl : public nn::Module {
 public:
  explicit BasicConv2dImpl(const nn::Conv2dOptions& options);
  ~BasicConv2dImpl() override;
  Tensor forward(const Tensor& x);

 private:
  nn::Conv2d conv_;
  nn::BatchNorm2d bn_;
};
HEARTH_MODULE(BasicConv2d);

/// Images normalised by ImageNet's means and deviations, normalised by 0.5 and 0.5 instead.
Tensor renormalized(const Tensor& images);

/// How both start: convolutions and linear layers by normal values within 2.
void initialize_truncated(const nn::Module& network, double stddev);

}  // namespace hearth::vision::models
