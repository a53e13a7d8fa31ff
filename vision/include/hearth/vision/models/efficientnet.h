// SPDX-License-Identifier: Apache-2.0
// EfficientNet (Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural
// Networks", 2019), its second version ("EfficientNetV2: Smaller Models and Faster Training", 2021)
// with torchvision's names, and Lite, its version for small devices, with the same.
#pragma once

#include <vector>

#include "hearth/nn/modules/pooling.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/vision/models/image_classifier.h"
#include "hearth/vision/ops/layers.h"

namespace hearth::vision::models {

/// Blocks of one kind, one after another. The first has the stride and takes input_channels.
struct MBConvStage {
  double expand_ratio = 6;
  int64_t kernel = 3;
  int64_t stride = 1;
  int64_t input_channels = 32;
  int64_t out_channels = 16;
  int64_t num_layers = 1;
  /// One plain convolution in the place of the first and the depthwise one, and no squeeze and
  /// excitation.
  bool fused = false;
};

/// What the networks of the family differ in.
struct EfficientNetConfig {
  std::vector<MBConvStage> stages;
  /// Of the convolution after the last stage.
  int64_t last_channels = 1280;
  double dropout = 0.2;
  double stochastic_depth_prob = 0.2;
  ops::NormLayer norm = {};
  ops::Activation activation = ops::Activation::SiLU;
  bool squeeze_excitation = true;
  /// Pads as TensorFlow does, so that the output has ceil(size / stride) pixels: with stride 2, by
  /// one pixel less above and left than PyTorch does where the size is even.
  bool same_padding = false;
};

class HEARTH_API EfficientNetImpl : public ImageClassifierImpl {
 public:
  /// ModelOptions::same_padding goes before the config's.
  explicit EfficientNetImpl(const EfficientNetConfig& config, const ModelOptions& options = {});
  ~EfficientNetImpl() override;
  Tensor forward(const Tensor& images) override;

 private:
  nn::Sequential features_, classifier_;
  nn::AdaptiveAvgPool2d avgpool_;
};
HEARTH_MODULE(EfficientNet);

HEARTH_API EfficientNet efficientnet_b0(const ModelOptions& options = {});
HEARTH_API EfficientNet efficientnet_b1(const ModelOptions& options = {});
HEARTH_API EfficientNet efficientnet_b2(const ModelOptions& options = {});
HEARTH_API EfficientNet efficientnet_b3(const ModelOptions& options = {});
HEARTH_API EfficientNet efficientnet_b4(const ModelOptions& options = {});
HEARTH_API EfficientNet efficientnet_b5(const ModelOptions& options = {});
HEARTH_API EfficientNet efficientnet_b6(const ModelOptions& options = {});
HEARTH_API EfficientNet efficientnet_b7(const ModelOptions& options = {});
HEARTH_API EfficientNet efficientnet_v2_s(const ModelOptions& options = {});
HEARTH_API EfficientNet efficientnet_v2_m(const ModelOptions& options = {});
HEARTH_API EfficientNet efficientnet_v2_l(const ModelOptions& options = {});

/// As the PyPI package efficientnet-lite-pytorch defines it: ReLU6, no squeeze and excitation,
/// padding as TensorFlow's, and a first and a last stage that don't grow with the network.
HEARTH_API EfficientNet efficientnet_lite0(const ModelOptions& options = {});
HEARTH_API EfficientNet efficientnet_lite1(const ModelOptions& options = {});
HEARTH_API EfficientNet efficientnet_lite2(const ModelOptions& options = {});
HEARTH_API EfficientNet efficientnet_lite3(const ModelOptions& options = {});
HEARTH_API EfficientNet efficientnet_lite4(const ModelOptions& options = {});

}  // namespace hearth::vision::models
