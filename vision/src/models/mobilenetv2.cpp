// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/mobilenetv2.h"

#include <algorithm>

#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/ops/pool.h"
#include "hearth/vision/ops/layers.h"

#include "models/initialize.h"
#include "models/make_divisible.h"
#include "models/registry.h"

namespace hearth::vision::models {
namespace {

ops::Conv2dNormActivationOptions layer(int64_t in, int64_t out, int64_t kernel) {
  return ops::Conv2dNormActivationOptions(in, out, kernel).activation(ops::Activation::ReLU6);
}

/// Many channels by a 1x1 convolution, a depthwise one of 3x3, and few by 1x1 without activation.
class InvertedResidualImpl : public nn::Module {
 public:
  InvertedResidualImpl(int64_t in, int64_t out, int64_t stride, int64_t expand_ratio)
      : residual_(stride == 1 && in == out) {
    const int64_t hidden = in * expand_ratio;
    if (expand_ratio != 1) conv_->push_back(ops::Conv2dNormActivation(layer(in, hidden, 1)));
    conv_->push_back(
        ops::Conv2dNormActivation(layer(hidden, hidden, 3).stride(stride).groups(hidden)));
    conv_->push_back(nn::Conv2d(nn::Conv2dOptions(hidden, out, 1).bias(false)));
    conv_->push_back(nn::BatchNorm2d(out));
    register_module("conv", conv_);
  }
  Tensor forward(const Tensor& x) {
    const Tensor y = conv_(x);
    return residual_ ? y.add_(x) : y;
  }

 private:
  nn::Sequential conv_;
  bool residual_;
};
HEARTH_MODULE(InvertedResidual);

/// Blocks of one size.
struct Stage {
  int64_t expand_ratio, channels, blocks, stride;
};
constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                             {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};

int64_t scaled(int64_t channels, double width_mult) {
  return make_divisible(static_cast<double>(channels) * width_mult, 8);
}

}  // namespace

MobileNetV2Impl::MobileNetV2Impl(const ModelOptions& options, double width_mult) {
  HEARTH_CHECK_AS(ValueError, width_mult > 0, "[MobileNetV2] expected a positive width, got ",
                  width_mult);
  int64_t in = scaled(32, width_mult);
  features_->push_back(ops::Conv2dNormActivation(layer(options.in_channels(), in, 3).stride(2)));
  for (const Stage& stage : kStages) {
    const int64_t out = scaled(stage.channels, width_mult);
    for (int64_t i = 0; i < stage.blocks; ++i) {
      features_->push_back(
          InvertedResidual(in, out, i == 0 ? stage.stride : 1, stage.expand_ratio));
      in = out;
    }
  }
  const int64_t last = scaled(1280, std::max(1.0, width_mult));
  features_->push_back(ops::Conv2dNormActivation(layer(in, last, 1)));
  classifier_ = nn::Sequential(nn::Dropout(options.dropout().value_or(0.2)),
                               nn::Linear(last, options.num_classes()));
  register_module("features", features_);
  register_module("classifier", classifier_);
  initialize_convolutional(*this);
}

MobileNetV2Impl::~MobileNetV2Impl() = default;

Tensor MobileNetV2Impl::forward(const Tensor& images) {
  return classifier_(adaptive_avg_pool2d(features_(images), {1, 1}).flatten(1));
}

std::vector<ModelRow> mobilenetv2_models() {
  return {{"mobilenet_v2", &make<MobileNetV2>, {.hints = {.epochs = 4, .lr = 2e-3}}}};
}

}  // namespace hearth::vision::models
