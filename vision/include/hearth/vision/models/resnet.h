// SPDX-License-Identifier: Apache-2.0
// ResNet (He et al., "Deep Residual Learning for Image Recognition", 2015), ResNeXt (Xie et al.,
// 2016) and Wide ResNet (Zagoruyko and Komodakis, 2016), with torchvision's names.
#pragma once

#include <array>
#include <vector>

#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/nn/modules/pooling.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// What the networks of the family differ in.
struct ResNetOptions {
  /// How many blocks each of the four stages has.
  HEARTH_ARG(std::vector<int64_t>, layers) = {2, 2, 2, 2};
  /// Blocks of 1x1, 3x3 and 1x1 convolutions, the last with four times as many channels, instead
  /// of two of 3x3.
  HEARTH_ARG(bool, bottleneck) = false;
  /// Of the 3x3 convolution of bottlenecks, which has this many channels in each group for every 64
  /// of the stage.
  HEARTH_ARG(int64_t, groups) = 1;
  HEARTH_ARG(int64_t, width_per_group) = 64;
  /// Begins with blocks that change nothing: their last norms have weight 0.
  HEARTH_ARG(bool, zero_init_residual) = false;
  using Dilations = std::array<bool, 3>;
  /// Of the last three stages, which keep their resolution and dilate their convolutions instead;
  /// bottlenecks only.
  HEARTH_ARG(Dilations, replace_stride_with_dilation) = {false, false, false};
};

class HEARTH_API ResNetImpl : public ImageClassifierImpl {
 public:
  explicit ResNetImpl(const ResNetOptions& network, const ModelOptions& options = {});
  ~ResNetImpl() override;
  Tensor forward(const Tensor& images) override;

 private:
  nn::Conv2d conv1_;
  nn::BatchNorm2d bn1_;
  nn::MaxPool2d maxpool_{nullptr};
  std::vector<nn::Sequential> layers_;
  nn::AdaptiveAvgPool2d avgpool_;
  nn::Linear fc_;
};
HEARTH_MODULE(ResNet);

HEARTH_API ResNet resnet18(const ModelOptions& options = {});
HEARTH_API ResNet resnet34(const ModelOptions& options = {});
HEARTH_API ResNet resnet50(const ModelOptions& options = {});
HEARTH_API ResNet resnet101(const ModelOptions& options = {});
HEARTH_API ResNet resnet152(const ModelOptions& options = {});
HEARTH_API ResNet resnext50_32x4d(const ModelOptions& options = {});
HEARTH_API ResNet resnext101_32x8d(const ModelOptions& options = {});
HEARTH_API ResNet resnext101_64x4d(const ModelOptions& options = {});
HEARTH_API ResNet wide_resnet50_2(const ModelOptions& options = {});
HEARTH_API ResNet wide_resnet101_2(const ModelOptions& options = {});

}  // namespace hearth::vision::models
