// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hearth/nn/modules/pooling.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// What the networks of the family differ in.
struct VGGOptions {
  /// Of each of five stages, how many 3x3 convolutions it has; max pooling ends it.
  HEARTH_ARG(std::vector<int64_t>, layers) = {2, 2, 3, 3, 3};
  /// Whether batch norm follows each convolution.
  HEARTH_ARG(bool, batch_norm) = false;
};

/// VGG (Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
/// Recognition", 2014), with torchvision's names.
class HEARTH_API VGGImpl : public ImageClassifierImpl {
 public:
  explicit VGGImpl(const VGGOptions& network, const ModelOptions& options = {});
  ~VGGImpl() override;
  Tensor forward(const Tensor& images) override;

 private:
  nn::Sequential features_;
  nn::AdaptiveAvgPool2d avgpool_;
  nn::Sequential classifier_;
};
HEARTH_MODULE(VGG);

HEARTH_API VGG vgg11(const ModelOptions& options = {});
HEARTH_API VGG vgg11_bn(const ModelOptions& options = {});
HEARTH_API VGG vgg13(const ModelOptions& options = {});
HEARTH_API VGG vgg13_bn(const ModelOptions& options = {});
HEARTH_API VGG vgg16(const ModelOptions& options = {});
HEARTH_API VGG vgg16_bn(const ModelOptions& options = {});
HEARTH_API VGG vgg19(const ModelOptions& options = {});
HEARTH_API VGG vgg19_bn(const ModelOptions& options = {});

}  // namespace hearth::vision::models
