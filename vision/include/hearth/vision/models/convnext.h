// SPDX-License-Identifier: Apache-2.0
// ConvNeXt (Liu et al., "A ConvNet for the 2020s", 2022), with torchvision's names.
#pragma once

#include <array>

#include "hearth/nn/modules/pooling.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// What the networks of the family differ in.
struct ConvNeXtConfig {
  /// Channels and blocks of each of the four stages.
  std::array<int64_t, 4> channels = {96, 192, 384, 768};
  std::array<int64_t, 4> depths = {3, 3, 9, 3};
  double stochastic_depth_prob = 0.1;
  /// What the blocks' results are scaled by at first.
  double layer_scale = 1e-6;
};

class HEARTH_API ConvNeXtImpl : public ImageClassifierImpl {
 public:
  explicit ConvNeXtImpl(const ConvNeXtConfig& config, const ModelOptions& options = {});
  ~ConvNeXtImpl() override;
  Tensor forward(const Tensor& images) override;

 private:
  nn::Sequential features_, classifier_;
  nn::AdaptiveAvgPool2d avgpool_;
};
HEARTH_MODULE(ConvNeXt);

HEARTH_API ConvNeXt convnext_tiny(const ModelOptions& options = {});
HEARTH_API ConvNeXt convnext_small(const ModelOptions& options = {});
HEARTH_API ConvNeXt convnext_base(const ModelOptions& options = {});
HEARTH_API ConvNeXt convnext_large(const ModelOptions& options = {});

}  // namespace hearth::vision::models
