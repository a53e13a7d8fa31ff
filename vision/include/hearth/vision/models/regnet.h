// SPDX-License-Identifier: Apache-2.0
// RegNet (Radosavovic et al., "Designing Network Design Spaces", 2020), with torchvision's names.
#pragma once

#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/pooling.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/vision/models/image_classifier.h"
#include "hearth/vision/ops/layers.h"

namespace hearth::vision::models {

/// The numbers from which depths and widths of stages follow, as the paper calls them.
struct RegNetConfig {
  int64_t depth = 16;
  /// Width of the first block, a multiple of 8; the slope at which widths grow; and the factor
  /// between the widths of stages.
  int64_t w_0 = 48;
  double w_a = 27.89;
  double w_m = 2.09;
  int64_t group_width = 8;
  /// Of squeeze and excitation, which networks Y have.
  bool squeeze_excitation = false;
};

class HEARTH_API RegNetImpl : public ImageClassifierImpl {
 public:
  explicit RegNetImpl(const RegNetConfig& config, const ModelOptions& options = {});
  ~RegNetImpl() override;
  Tensor forward(const Tensor& images) override;

 private:
  ops::Conv2dNormActivation stem_;
  nn::Sequential trunk_output_;
  nn::AdaptiveAvgPool2d avgpool_;
  nn::Linear fc_{nullptr};
};
HEARTH_MODULE(RegNet);

HEARTH_API RegNet regnet_y_400mf(const ModelOptions& options = {});
HEARTH_API RegNet regnet_y_800mf(const ModelOptions& options = {});
HEARTH_API RegNet regnet_y_1_6gf(const ModelOptions& options = {});
HEARTH_API RegNet regnet_y_3_2gf(const ModelOptions& options = {});
HEARTH_API RegNet regnet_y_8gf(const ModelOptions& options = {});
HEARTH_API RegNet regnet_y_16gf(const ModelOptions& options = {});
HEARTH_API RegNet regnet_y_32gf(const ModelOptions& options = {});
HEARTH_API RegNet regnet_y_128gf(const ModelOptions& options = {});
HEARTH_API RegNet regnet_x_400mf(const ModelOptions& options = {});
HEARTH_API RegNet regnet_x_800mf(const ModelOptions& options = {});
HEARTH_API RegNet regnet_x_1_6gf(const ModelOptions& options = {});
HEARTH_API RegNet regnet_x_3_2gf(const ModelOptions& options = {});
HEARTH_API RegNet regnet_x_8gf(const ModelOptions& options = {});
HEARTH_API RegNet regnet_x_16gf(const ModelOptions& options = {});
HEARTH_API RegNet regnet_x_32gf(const ModelOptions& options = {});

}  // namespace hearth::vision::models
