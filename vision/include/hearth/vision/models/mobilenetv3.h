// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hearth/nn/modules/pooling.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// A block of MobileNetV3.
struct MobileNetV3Block {
  int64_t in, kernel, expanded, out;
  bool squeeze_excitation;
  bool hardswish;  ///< ReLU without
  int64_t stride;
};

/// MobileNetV3 (Howard et al., "Searching for MobileNetV3", 2019), with torchvision's names.
class HEARTH_API MobileNetV3Impl : public ImageClassifierImpl {
 public:
  /// `last_channel`: of the layer before the last.
  MobileNetV3Impl(const std::vector<MobileNetV3Block>& blocks, int64_t last_channel,
                  const ModelOptions& options = {});
  ~MobileNetV3Impl() override;
  Tensor forward(const Tensor& images) override;

 private:
  nn::Sequential features_;
  nn::AdaptiveAvgPool2d avgpool_;
  nn::Sequential classifier_;
};
HEARTH_MODULE(MobileNetV3);

HEARTH_API MobileNetV3 mobilenet_v3_large(const ModelOptions& options = {});
HEARTH_API MobileNetV3 mobilenet_v3_small(const ModelOptions& options = {});

}  // namespace hearth::vision::models
