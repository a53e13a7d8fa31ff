// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/convnext.h"

#include "hearth/nn/init.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/ops/creation.h"
#include "hearth/vision/ops/layers.h"

#include "models/registry.h"

namespace hearth::vision::models {
namespace {

using ops::Activation;

constexpr double kEps = 1e-6;

/// A depthwise convolution and an MLP on the channels of each pixel, scaled, with the input added.
class CNBlockImpl : public nn::Module {
 public:
  CNBlockImpl(int64_t dim, double layer_scale, double stochastic_depth)
      : block_(nn::Conv2d(nn::Conv2dOptions(dim, dim, 7).padding(3).groups(dim)),
               ops::Permute(std::vector<int64_t>{0, 2, 3, 1}),
               nn::LayerNorm(nn::LayerNormOptions({dim}).eps(kEps)), nn::Linear(dim, 4 * dim),
               ops::make_activation(Activation::GELU), nn::Linear(4 * dim, dim),
               ops::Permute(std::vector<int64_t>{0, 3, 1, 2})),
        stochastic_depth_(stochastic_depth),
        layer_scale_(register_parameter("layer_scale", full({dim, 1, 1}, layer_scale, kFloat))) {
    register_module("block", block_);
    register_module("stochastic_depth", stochastic_depth_);
  }
  Tensor forward(const Tensor& input) {
    return stochastic_depth_(layer_scale_ * block_(input)).add_(input);
  }

 private:
  nn::Sequential block_;
  ops::StochasticDepth stochastic_depth_;
  Tensor layer_scale_;
};
HEARTH_MODULE(CNBlock);

}  // namespace

ConvNeXtImpl::ConvNeXtImpl(const ConvNeXtConfig& config, const ModelOptions& options)
    : avgpool_(1) {
  features_->push_back(ops::Conv2dNormActivation(
      ops::Conv2dNormActivationOptions(options.in_channels(), config.channels[0], 4)
          .stride(4)
          .padding(0)
          .norm_layer({ops::Norm::LayerNorm2d, kEps})
          .activation(Activation::None)
          .bias(true)));
  int64_t all = 0, before = 0;
  for (const int64_t depth : config.depths) all += depth;
  for (size_t stage = 0; stage < 4; ++stage) {
    const int64_t dim = config.channels[stage];
    nn::Sequential blocks;
    for (int64_t i = 0; i < config.depths[stage]; ++i) {
      const double p = config.stochastic_depth_prob * static_cast<double>(before++) /
                       static_cast<double>(all - 1);
      blocks->push_back(CNBlock(dim, config.layer_scale, p));
    }
    features_->push_back(blocks);
    if (stage == 3) break;
    features_->push_back(nn::Sequential(
        ops::LayerNorm2d(dim, kEps),
        nn::Conv2d(nn::Conv2dOptions(dim, config.channels[stage + 1], 2).stride(2))));
  }
  const int64_t last = config.channels[3];
  classifier_->push_back(ops::LayerNorm2d(last, kEps));
  classifier_->push_back(nn::Flatten());
  classifier_->push_back(nn::Linear(last, options.num_classes()));
  register_module("features", features_);
  register_module("avgpool", avgpool_);
  register_module("classifier", classifier_);
  for (const auto& module : modules(false)) {
    Tensor weight, bias;
    if (auto* convolution = module->as<nn::Conv2d>()) {
      weight = convolution->weight;
      bias = convolution->bias;
    } else if (auto* layer = module->as<nn::Linear>()) {
      weight = layer->weight;
      bias = layer->bias;
    } else {
      continue;
    }
    nn::init::trunc_normal_(weight, 0, 0.02);
    nn::init::zeros_(bias);
  }
}

ConvNeXtImpl::~ConvNeXtImpl() = default;

Tensor ConvNeXtImpl::forward(const Tensor& images) {
  return classifier_(avgpool_(features_(images)));
}

namespace {

constexpr ConvNeXtConfig kTiny{{96, 192, 384, 768}, {3, 3, 9, 3}, 0.1},
    kSmall{{96, 192, 384, 768}, {3, 3, 27, 3}, 0.4},
    kBase{{128, 256, 512, 1024}, {3, 3, 27, 3}, 0.5},
    kLarge{{192, 384, 768, 1536}, {3, 3, 27, 3}, 0.5};

}  // namespace

ConvNeXt convnext_tiny(const ModelOptions& options) { return ConvNeXt(kTiny, options); }
ConvNeXt convnext_small(const ModelOptions& options) { return ConvNeXt(kSmall, options); }
ConvNeXt convnext_base(const ModelOptions& options) { return ConvNeXt(kBase, options); }
ConvNeXt convnext_large(const ModelOptions& options) { return ConvNeXt(kLarge, options); }

std::vector<ModelRow> convnext_models() {
  const ModelInfo info{.smallest = 32};
  return {{"convnext_tiny", &make<convnext_tiny>, info},
          {"convnext_small", &make<convnext_small>, info},
          {"convnext_base", &make<convnext_base>, info},
          {"convnext_large", &make<convnext_large>, info}};
}

}  // namespace hearth::vision::models
