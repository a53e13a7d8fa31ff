// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/mobilenetv3.h"

#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/vision/ops/layers.h"

#include "models/initialize.h"
#include "models/make_divisible.h"
#include "models/registry.h"

namespace hearth::vision::models {
namespace {

using ops::Activation;

ops::Conv2dNormActivation layer(int64_t in, int64_t out, int64_t kernel, Activation activation,
                                int64_t stride = 1, int64_t groups = 1) {
  return ops::Conv2dNormActivation(
      ops::Conv2dNormActivationOptions(in, out, kernel)
          .stride(stride)
          .groups(groups)
          .norm_layer({ops::Norm::BatchNorm2d, /*eps=*/1e-3, /*momentum=*/0.01})
          .activation(activation));
}

class InvertedResidualImpl : public nn::Module {
 public:
  explicit InvertedResidualImpl(const MobileNetV3Block& b)
      : residual_(b.stride == 1 && b.in == b.out) {
    const Activation activation = b.hardswish ? Activation::Hardswish : Activation::ReLU;
    if (b.expanded != b.in) block_->push_back(layer(b.in, b.expanded, 1, activation));
    block_->push_back(layer(b.expanded, b.expanded, b.kernel, activation, b.stride, b.expanded));
    if (b.squeeze_excitation) {
      const int64_t squeezed = make_divisible(static_cast<double>(b.expanded / 4), 8);
      block_->push_back(
          ops::SqueezeExcitation(b.expanded, squeezed, Activation::ReLU, Activation::Hardsigmoid));
    }
    block_->push_back(layer(b.expanded, b.out, 1, Activation::None));
    register_module("block", block_);
  }
  Tensor forward(const Tensor& x) {
    const Tensor y = block_(x);
    return residual_ ? y.add_(x) : y;
  }

 private:
  nn::Sequential block_;
  bool residual_;
};
HEARTH_MODULE(InvertedResidual);

}  // namespace

MobileNetV3Impl::MobileNetV3Impl(const std::vector<MobileNetV3Block>& blocks, int64_t last_channel,
                                 const ModelOptions& options)
    : avgpool_(1) {
  HEARTH_CHECK_AS(ValueError, !blocks.empty(), "[MobileNetV3] expected blocks, got none");
  features_->push_back(
      layer(options.in_channels(), blocks.front().in, 3, Activation::Hardswish, 2));
  for (const MobileNetV3Block& block : blocks) features_->push_back(InvertedResidual(block));
  const int64_t out = blocks.back().out;
  features_->push_back(layer(out, 6 * out, 1, Activation::Hardswish));
  classifier_ =
      nn::Sequential(nn::Linear(6 * out, last_channel), nn::Hardswish(nn::HardswishOptions(true)),
                     nn::Dropout(nn::DropoutOptions(options.dropout().value_or(0.2)).inplace(true)),
                     nn::Linear(last_channel, options.num_classes()));
  register_module("features", features_);
  register_module("avgpool", avgpool_);
  register_module("classifier", classifier_);
  initialize_convolutional(*this);
}

MobileNetV3Impl::~MobileNetV3Impl() = default;

Tensor MobileNetV3Impl::forward(const Tensor& images) {
  return classifier_(avgpool_(features_(images)).flatten(1));
}

MobileNetV3 mobilenet_v3_large(const ModelOptions& options) {
  return MobileNetV3(std::vector<MobileNetV3Block>{{16, 3, 16, 16, false, false, 1},
                                                   {16, 3, 64, 24, false, false, 2},
                                                   {24, 3, 72, 24, false, false, 1},
                                                   {24, 5, 72, 40, true, false, 2},
                                                   {40, 5, 120, 40, true, false, 1},
                                                   {40, 5, 120, 40, true, false, 1},
                                                   {40, 3, 240, 80, false, true, 2},
                                                   {80, 3, 200, 80, false, true, 1},
                                                   {80, 3, 184, 80, false, true, 1},
                                                   {80, 3, 184, 80, false, true, 1},
                                                   {80, 3, 480, 112, true, true, 1},
                                                   {112, 3, 672, 112, true, true, 1},
                                                   {112, 5, 672, 160, true, true, 2},
                                                   {160, 5, 960, 160, true, true, 1},
                                                   {160, 5, 960, 160, true, true, 1}},
                     1280, options);
}

MobileNetV3 mobilenet_v3_small(const ModelOptions& options) {
  return MobileNetV3(std::vector<MobileNetV3Block>{{16, 3, 16, 16, true, false, 2},
                                                   {16, 3, 72, 24, false, false, 2},
                                                   {24, 3, 88, 24, false, false, 1},
                                                   {24, 5, 96, 40, true, true, 2},
                                                   {40, 5, 240, 40, true, true, 1},
                                                   {40, 5, 240, 40, true, true, 1},
                                                   {40, 5, 120, 48, true, true, 1},
                                                   {48, 5, 144, 48, true, true, 1},
                                                   {48, 5, 288, 96, true, true, 2},
                                                   {96, 5, 576, 96, true, true, 1},
                                                   {96, 5, 576, 96, true, true, 1}},
                     1024, options);
}

std::vector<ModelRow> mobilenetv3_models() {
  return {{"mobilenet_v3_large", &make<mobilenet_v3_large>, {.hints = {.epochs = 4, .lr = 2e-3}}},
          {"mobilenet_v3_small", &make<mobilenet_v3_small>, {.hints = {.epochs = 4, .lr = 2e-3}}}};
}

}  // namespace hearth::vision::models
