// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// LeNet-5 as it is written today, with ReLU and max pooling (LeCun et al., "Gradient-based
/// learning applied to document recognition", 1998). Images below 16 x 16 are padded before the
/// second convolution too.
class HEARTH_API LeNetImpl : public ImageClassifierImpl {
 public:
  explicit LeNetImpl(const ModelOptions& options = {});
  ~LeNetImpl() override;
  Tensor forward(const Tensor& images) override;

 private:
  nn::Conv2d conv1_, conv2_;
  nn::Linear fc1_, fc2_, fc3_;
};
HEARTH_MODULE(LeNet);

}  // namespace hearth::vision::models
