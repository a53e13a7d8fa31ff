// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// What the networks of the family differ in.
struct DenseNetOptions {
  /// How many channels each layer adds.
  HEARTH_ARG(int64_t, growth_rate) = 32;
  /// How many layers each of the four blocks has.
  HEARTH_ARG(std::vector<int64_t>, block_config) = {6, 12, 24, 16};
  HEARTH_ARG(int64_t, num_init_features) = 64;
  /// The channels between a layer's two convolutions, as a multiple of growth_rate.
  HEARTH_ARG(int64_t, bn_size) = 4;
  /// The share of what each layer adds that is set to 0.
  HEARTH_ARG(double, drop_rate) = 0;
};

/// DenseNet-BC (Huang et al., "Densely Connected Convolutional Networks", 2016), with torchvision's
/// names. States of before PyTorch forbade dots in names ("denselayer1.norm.1.weight") are read as
/// well.
class HEARTH_API DenseNetImpl : public ImageClassifierImpl {
 public:
  explicit DenseNetImpl(const DenseNetOptions& network, const ModelOptions& options = {});
  ~DenseNetImpl() override;
  Tensor forward(const Tensor& images) override;

 private:
  nn::Sequential features_;
  nn::Linear classifier_{nullptr};
};
HEARTH_MODULE(DenseNet);

HEARTH_API DenseNet densenet121(const ModelOptions& options = {});
HEARTH_API DenseNet densenet161(const ModelOptions& options = {});
HEARTH_API DenseNet densenet169(const ModelOptions& options = {});
HEARTH_API DenseNet densenet201(const ModelOptions& options = {});

}  // namespace hearth::vision::models
