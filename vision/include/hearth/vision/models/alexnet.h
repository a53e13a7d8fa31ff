// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/modules/pooling.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// AlexNet with one column (Krizhevsky, "One weird trick for parallelizing convolutional neural
/// networks", 2014), with torchvision's names.
class HEARTH_API AlexNetImpl : public ImageClassifierImpl {
 public:
  explicit AlexNetImpl(const ModelOptions& options = {});
  ~AlexNetImpl() override;
  Tensor forward(const Tensor& images) override;

 private:
  nn::Sequential features_;
  nn::AdaptiveAvgPool2d avgpool_;
  nn::Sequential classifier_;
};
HEARTH_MODULE(AlexNet);

}  // namespace hearth::vision::models
