// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/efficientnet.h"

#include <cmath>

#include "hearth/nn/init.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/ops/pad.h"

#include "models/make_divisible.h"
#include "models/registry.h"

namespace hearth::vision::models {
namespace {

using ops::Activation;
using ops::Conv2dNormActivationOptions;

int64_t scaled(int64_t channels, double factor) {
  return make_divisible(static_cast<double>(channels) * factor, 8);
}

/// A convolution of stride 2, padded as TensorFlow does for the size that comes.
class SamePaddedImpl : public ops::Conv2dNormActivationImpl {
 public:
  explicit SamePaddedImpl(Conv2dNormActivationOptions options)
      : Conv2dNormActivationImpl(options.padding(0)) {}
  Tensor forward(const Tensor& input) { return SequentialImpl::forward(padded(input)); }
  nn::AnyValue any_forward(std::vector<nn::AnyValue>&& values) {
    values.at(0) = nn::AnyValue(padded(values.at(0).get<Tensor>()));
    return SequentialImpl::any_forward(std::move(values));
  }

 private:
  Tensor padded(const Tensor& input) const {
    const auto missing = [&](int64_t dim, size_t i) {
      const int64_t kernel = (*options.kernel_size())[i], stride = (*options.stride())[i],
                    size = input.size(dim);
      return std::max<int64_t>(0, ((size + stride - 1) / stride - 1) * stride + kernel - size);
    };
    const int64_t rows = missing(2, 0), cols = missing(3, 1);
    return constant_pad_nd(input, {cols / 2, cols - cols / 2, rows / 2, rows - rows / 2});
  }
};
HEARTH_MODULE(SamePadded);

/// Makes a network's convolutions.
struct Convolutions {
  const EfficientNetConfig& config;
  bool same_padding;

  nn::AnyModule operator()(int64_t in, int64_t out, int64_t kernel, int64_t stride = 1,
                           int64_t groups = 1, bool activated = true) const {
    const Conv2dNormActivationOptions options =
        Conv2dNormActivationOptions(in, out, kernel)
            .stride(stride)
            .groups(groups)
            .norm_layer(config.norm)
            .activation(activated ? config.activation : Activation::None);
    // With stride 1 both ways of padding are the same.
    if (same_padding && stride > 1) return nn::AnyModule(SamePadded(options));
    return nn::AnyModule(ops::Conv2dNormActivation(options));
  }
};

/// An inverted residual: to more channels, by a depthwise convolution, and back to few.
class MBConvImpl : public nn::Module {
 public:
  MBConvImpl(const MBConvStage& stage, int64_t in, int64_t stride, double stochastic_depth,
             const Convolutions& convolution)
      : adds_(stride == 1 && in == stage.out_channels), stochastic_depth_(stochastic_depth) {
    const int64_t wide = scaled(in, stage.expand_ratio), out = stage.out_channels;
    if (stage.fused) {
      const bool expands = wide != in;
      block_->push_back(convolution(in, expands ? wide : out, stage.kernel, stride));
      if (expands) block_->push_back(convolution(wide, out, 1, 1, 1, false));
    } else {
      if (wide != in) block_->push_back(convolution(in, wide, 1));
      block_->push_back(convolution(wide, wide, stage.kernel, stride, wide));
      if (convolution.config.squeeze_excitation)
        block_->push_back(ops::SqueezeExcitation(wide, std::max<int64_t>(1, in / 4),
                                                 convolution.config.activation));
      block_->push_back(convolution(wide, out, 1, 1, 1, false));
    }
    register_module("block", block_);
    register_module("stochastic_depth", stochastic_depth_);
  }
  Tensor forward(const Tensor& input) {
    Tensor result = block_(input);
    return adds_ ? stochastic_depth_(result).add_(input) : result;
  }

 private:
  bool adds_;
  nn::Sequential block_;
  ops::StochasticDepth stochastic_depth_;
};
HEARTH_MODULE(MBConv);

void initialize(const nn::Module& network) {
  for (const auto& module : network.modules(false)) {
    if (auto* convolution = module->as<nn::Conv2d>()) {
      nn::init::kaiming_normal_(convolution->weight, 0, kFanOut);
      if (convolution->bias.defined()) nn::init::zeros_(convolution->bias);
    } else if (auto* layer = module->as<nn::Linear>()) {
      const double range = 1 / std::sqrt(static_cast<double>(layer->options.out_features()));
      nn::init::uniform_(layer->weight, -range, range);
      nn::init::zeros_(layer->bias);
    }
  }
}

}  // namespace

EfficientNetImpl::EfficientNetImpl(const EfficientNetConfig& config, const ModelOptions& options)
    : avgpool_(1) {
  HEARTH_CHECK_AS(ValueError, !config.stages.empty(), "[EfficientNet] expected a stage or more");
  const Convolutions convolution{config, options.same_padding().value_or(config.same_padding)};
  features_->push_back(convolution(options.in_channels(), config.stages[0].input_channels, 3, 2));
  int64_t all = 0, before = 0;
  for (const MBConvStage& stage : config.stages) all += stage.num_layers;
  for (const MBConvStage& stage : config.stages) {
    nn::Sequential blocks;
    for (int64_t i = 0; i < stage.num_layers; ++i) {
      const double p =
          config.stochastic_depth_prob * static_cast<double>(before++) / static_cast<double>(all);
      blocks->push_back(i == 0 ? MBConv(stage, stage.input_channels, stage.stride, p, convolution)
                               : MBConv(stage, stage.out_channels, 1, p, convolution));
    }
    features_->push_back(blocks);
  }
  features_->push_back(convolution(config.stages.back().out_channels, config.last_channels, 1));
  classifier_->push_back(
      nn::Dropout(nn::DropoutOptions(options.dropout().value_or(config.dropout)).inplace(true)));
  classifier_->push_back(nn::Linear(config.last_channels, options.num_classes()));
  register_module("features", features_);
  register_module("avgpool", avgpool_);
  register_module("classifier", classifier_);
  initialize(*this);
}

EfficientNetImpl::~EfficientNetImpl() = default;

Tensor EfficientNetImpl::forward(const Tensor& images) {
  return classifier_(avgpool_(features_(images)).flatten(1));
}

namespace {

constexpr ops::NormLayer kTensorFlowNorm{ops::Norm::BatchNorm2d, 1e-3, 0.01};

/// The stages of b0.
std::vector<MBConvStage> first_stages() {
  return {{1, 3, 1, 32, 16, 1},  {6, 3, 2, 16, 24, 2},  {6, 5, 2, 24, 40, 2},
          {6, 3, 2, 40, 80, 3},  {6, 5, 1, 80, 112, 3}, {6, 5, 2, 112, 192, 4},
          {6, 3, 1, 192, 320, 1}};
}

int64_t repeated(int64_t layers, double factor) {
  return static_cast<int64_t>(std::ceil(static_cast<double>(layers) * factor));
}

EfficientNetConfig v1(double width, double depth, double dropout, const ops::NormLayer& norm = {}) {
  EfficientNetConfig config{.stages = first_stages(), .dropout = dropout, .norm = norm};
  for (MBConvStage& stage : config.stages) {
    stage.input_channels = scaled(stage.input_channels, width);
    stage.out_channels = scaled(stage.out_channels, width);
    stage.num_layers = repeated(stage.num_layers, depth);
  }
  config.last_channels = 4 * config.stages.back().out_channels;
  return config;
}

EfficientNetConfig v2(std::vector<MBConvStage> stages, double dropout) {
  return {
      .stages = std::move(stages), .dropout = dropout, .norm = {ops::Norm::BatchNorm2d, 1e-3, 0.1}};
}

EfficientNetConfig lite(double width, double depth, double dropout) {
  EfficientNetConfig config{.stages = first_stages(),
                            .dropout = dropout,
                            .norm = kTensorFlowNorm,
                            .activation = Activation::ReLU6,
                            .squeeze_excitation = false,
                            .same_padding = true};
  for (size_t i = 0; i < config.stages.size(); ++i) {
    MBConvStage& stage = config.stages[i];
    if (i > 0) stage.input_channels = scaled(stage.input_channels, width);
    stage.out_channels = scaled(stage.out_channels, width);
    if (i > 0 && i + 1 < config.stages.size()) stage.num_layers = repeated(stage.num_layers, depth);
  }
  return config;
}

}  // namespace

using Options = ModelOptions;
EfficientNet efficientnet_b0(const Options& o) { return EfficientNet(v1(1.0, 1.0, 0.2), o); }
EfficientNet efficientnet_b1(const Options& o) { return EfficientNet(v1(1.0, 1.1, 0.2), o); }
EfficientNet efficientnet_b2(const Options& o) { return EfficientNet(v1(1.1, 1.2, 0.3), o); }
EfficientNet efficientnet_b3(const Options& o) { return EfficientNet(v1(1.2, 1.4, 0.3), o); }
EfficientNet efficientnet_b4(const Options& o) { return EfficientNet(v1(1.4, 1.8, 0.4), o); }
EfficientNet efficientnet_b5(const Options& o) {
  return EfficientNet(v1(1.6, 2.2, 0.4, kTensorFlowNorm), o);
}
EfficientNet efficientnet_b6(const Options& o) {
  return EfficientNet(v1(1.8, 2.6, 0.5, kTensorFlowNorm), o);
}
EfficientNet efficientnet_b7(const Options& o) {
  return EfficientNet(v1(2.0, 3.1, 0.5, kTensorFlowNorm), o);
}

EfficientNet efficientnet_v2_s(const Options& o) {
  return EfficientNet(v2({{1, 3, 1, 24, 24, 2, true},
                          {4, 3, 2, 24, 48, 4, true},
                          {4, 3, 2, 48, 64, 4, true},
                          {4, 3, 2, 64, 128, 6},
                          {6, 3, 1, 128, 160, 9},
                          {6, 3, 2, 160, 256, 15}},
                         0.2),
                      o);
}
EfficientNet efficientnet_v2_m(const Options& o) {
  return EfficientNet(v2({{1, 3, 1, 24, 24, 3, true},
                          {4, 3, 2, 24, 48, 5, true},
                          {4, 3, 2, 48, 80, 5, true},
                          {4, 3, 2, 80, 160, 7},
                          {6, 3, 1, 160, 176, 14},
                          {6, 3, 2, 176, 304, 18},
                          {6, 3, 1, 304, 512, 5}},
                         0.3),
                      o);
}
EfficientNet efficientnet_v2_l(const Options& o) {
  return EfficientNet(v2({{1, 3, 1, 32, 32, 4, true},
                          {4, 3, 2, 32, 64, 7, true},
                          {4, 3, 2, 64, 96, 7, true},
                          {4, 3, 2, 96, 192, 10},
                          {6, 3, 1, 192, 224, 19},
                          {6, 3, 2, 224, 384, 25},
                          {6, 3, 1, 384, 640, 7}},
                         0.4),
                      o);
}

EfficientNet efficientnet_lite0(const Options& o) { return EfficientNet(lite(1.0, 1.0, 0.2), o); }
EfficientNet efficientnet_lite1(const Options& o) { return EfficientNet(lite(1.0, 1.1, 0.2), o); }
EfficientNet efficientnet_lite2(const Options& o) { return EfficientNet(lite(1.1, 1.2, 0.3), o); }
EfficientNet efficientnet_lite3(const Options& o) { return EfficientNet(lite(1.2, 1.4, 0.3), o); }
EfficientNet efficientnet_lite4(const Options& o) { return EfficientNet(lite(1.4, 1.8, 0.3), o); }

std::vector<ModelRow> efficientnet_models() {
  const ModelInfo v1{.same_padding = true}, v2{.smallest = 33, .same_padding = true};
  const auto lite = [](int64_t size) {
    return ModelInfo{.same_padding = true, .image_size = size, .resize_size = size};
  };
  return {{"efficientnet_b0", &make<efficientnet_b0>, v1},
          {"efficientnet_b1", &make<efficientnet_b1>, v1},
          {"efficientnet_b2", &make<efficientnet_b2>, v1},
          {"efficientnet_b3", &make<efficientnet_b3>, v1},
          {"efficientnet_b4", &make<efficientnet_b4>, v1},
          {"efficientnet_b5", &make<efficientnet_b5>, v1},
          {"efficientnet_b6", &make<efficientnet_b6>, v1},
          {"efficientnet_b7", &make<efficientnet_b7>, v1},
          {"efficientnet_v2_s", &make<efficientnet_v2_s>, v2},
          {"efficientnet_v2_m", &make<efficientnet_v2_m>, v2},
          {"efficientnet_v2_l", &make<efficientnet_v2_l>, v2},
          {"efficientnet_lite0", &make<efficientnet_lite0>, lite(224)},
          {"efficientnet_lite1", &make<efficientnet_lite1>, lite(240)},
          {"efficientnet_lite2", &make<efficientnet_lite2>, lite(260)},
          {"efficientnet_lite3", &make<efficientnet_lite3>, lite(280)},
          {"efficientnet_lite4", &make<efficientnet_lite4>, lite(300)}};
}

}  // namespace hearth::vision::models
