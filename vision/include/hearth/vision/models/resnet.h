// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// Settings of a ResNet (He et al., "Deep Residual Learning for Image Recognition", 2015).
struct HEARTH_API ResNetOptions {
  /// How many blocks each of the four stages has.
  HEARTH_ARG(std::vector<int64_t>, layers) = {2, 2, 2, 2};
  HEARTH_ARG(int64_t, num_classes) = 1000;
  HEARTH_ARG(int64_t, in_channels) = 3;
  /// The stem for images of 28 or 32 pixels, as used for CIFAR: a 3x3 convolution of stride 1 and
  /// no max pooling, instead of 7x7 of stride 2 and max pooling.
  HEARTH_ARG(bool, small_images) = false;
};

/// Two 3x3 convolutions and what goes past them.
class HEARTH_API BasicBlockImpl : public nn::Module {
 public:
  BasicBlockImpl(int64_t in_channels, int64_t channels, int64_t stride);
  ~BasicBlockImpl() override;
  Tensor forward(const Tensor& x);

 private:
  nn::Conv2d conv1_, conv2_;
  nn::BatchNorm2d bn1_, bn2_;
  nn::Sequential downsample_{nullptr};
};
HEARTH_MODULE(BasicBlock);

/// A ResNet of basic blocks. Parameters have torchvision's names ("layer1.0.conv1.weight").
class HEARTH_API ResNetImpl : public ImageClassifierImpl {
 public:
  explicit ResNetImpl(const ResNetOptions& options);
  ~ResNetImpl() override;
  Tensor forward(const Tensor& images) override;

 private:
  nn::Conv2d conv1_;
  nn::BatchNorm2d bn1_;
  std::vector<nn::Sequential> layers_;
  nn::Linear fc_;
  bool pool_;
};
HEARTH_MODULE(ResNet);

/// 18 layers, 11.7 M parameters with 1,000 classes.
HEARTH_API ResNet resnet18(ResNetOptions options = {});
/// 34 layers, 21.8 M parameters with 1,000 classes.
HEARTH_API ResNet resnet34(ResNetOptions options = {});

}  // namespace hearth::vision::models
