// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// A small convolutional network that learns quickly: three times convolution, batch norm,
/// max pooling and ReLU, then one linear layer on what is left.
class HEARTH_API CNNImpl : public ImageClassifierImpl {
 public:
  explicit CNNImpl(const ModelOptions& options = {});
  ~CNNImpl() override;
  Tensor forward(const Tensor& images) override;

 private:
  nn::Conv2d conv1_, conv2_, conv3_;
  nn::BatchNorm2d bn1_, bn2_, bn3_;
  nn::Dropout dropout_;
  nn::Linear fc_;
};
HEARTH_MODULE(CNN);

}  // namespace hearth::vision::models
