// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/modules/sequential.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// MobileNetV2 (Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018),
/// with torchvision's names. `width_mult` scales the number of channels.
class HEARTH_API MobileNetV2Impl : public ImageClassifierImpl {
 public:
  explicit MobileNetV2Impl(const ModelOptions& options = {}, double width_mult = 1);
  ~MobileNetV2Impl() override;
  Tensor forward(const Tensor& images) override;

 private:
  nn::Sequential features_, classifier_;
};
HEARTH_MODULE(MobileNetV2);

}  // namespace hearth::vision::models
