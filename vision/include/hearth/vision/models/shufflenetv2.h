// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/pooling.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// ShuffleNetV2 (Ma et al., "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture
/// Design", 2018), with torchvision's names.
class HEARTH_API ShuffleNetV2Impl : public ImageClassifierImpl {
 public:
  /// How many blocks the three stages have, and the channels of the stem, the stages and the last
  /// convolution.
  ShuffleNetV2Impl(const std::array<int64_t, 3>& stages_repeats,
                   const std::array<int64_t, 5>& stages_out_channels,
                   const ModelOptions& options = {});
  ~ShuffleNetV2Impl() override;
  Tensor forward(const Tensor& images) override;

 private:
  nn::Sequential conv1_;
  nn::MaxPool2d maxpool_;
  std::vector<nn::Sequential> stages_;
  nn::Sequential conv5_;
  nn::Linear fc_;
};
HEARTH_MODULE(ShuffleNetV2);

HEARTH_API ShuffleNetV2 shufflenet_v2_x0_5(const ModelOptions& options = {});
HEARTH_API ShuffleNetV2 shufflenet_v2_x1_0(const ModelOptions& options = {});
HEARTH_API ShuffleNetV2 shufflenet_v2_x1_5(const ModelOptions& options = {});
HEARTH_API ShuffleNetV2 shufflenet_v2_x2_0(const ModelOptions& options = {});

}  // namespace hearth::vision::models
