// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/densenet.h"

#include "hearth/nn/init.h"
#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/nn/modules/pooling.h"
#include "hearth/ops/pool.h"
#include "hearth/ops/view.h"

#include "models/registry.h"

namespace hearth::vision::models {
namespace {

nn::Conv2dOptions conv(int64_t in, int64_t out, int64_t kernel) {
  return nn::Conv2dOptions(in, out, kernel).padding(kernel / 2).bias(false);
}
nn::ReLU relu() { return nn::ReLU(nn::ReLUOptions(true)); }

class DenseLayerImpl : public nn::Module {
 public:
  DenseLayerImpl(int64_t in, const DenseNetOptions& network)
      : norm1_(in),
        norm2_(network.bn_size() * network.growth_rate()),
        conv1_(conv(in, network.bn_size() * network.growth_rate(), 1)),
        conv2_(conv(network.bn_size() * network.growth_rate(), network.growth_rate(), 3)),
        dropout_(network.drop_rate()) {
    register_module("norm1", norm1_);
    register_module("conv1", conv1_);
    register_module("norm2", norm2_);
    register_module("conv2", conv2_);
    register_module("dropout", dropout_);
  }
  /// What it adds to the features [N, in, H, W].
  Tensor forward(const Tensor& features) {
    const Tensor few = conv1_(norm1_(features).relu_());
    return dropout_(conv2_(norm2_(few).relu_()));
  }

 protected:
  /// "norm.1.weight" was what is "norm1.weight" today.
  void upgrade_state(OrderedDict<std::string, Tensor>& state, const std::string& prefix,
                     std::optional<int64_t>) const override {
    for (const char* layer : {"norm", "relu", "conv"}) {
      for (const char* number : {"1", "2"}) {
        const std::string old = cat_str(prefix, layer, ".", number, ".");
        for (const char* leaf :
             {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}) {
          const Tensor* found = state.find(old + leaf);
          if (!found) continue;
          const Tensor value = *found;
          state.erase(old + leaf);
          state.insert(cat_str(prefix, layer, number, ".", leaf), value);
        }
      }
    }
  }

 private:
  nn::BatchNorm2d norm1_, norm2_;
  nn::Conv2d conv1_, conv2_;
  nn::Dropout dropout_;
};
HEARTH_MODULE(DenseLayer);

/// Layers of which each gets what all before it gave.
class DenseBlockImpl : public nn::Module {
 public:
  DenseBlockImpl(int64_t in, int64_t layers, const DenseNetOptions& network) {
    for (int64_t i = 0; i < layers; ++i)
      layers_.push_back(register_module(cat_str("denselayer", i + 1),
                                        DenseLayer(in + i * network.growth_rate(), network)));
  }
  Tensor forward(const Tensor& x) {
    std::vector<Tensor> features{x};
    for (DenseLayer& layer : layers_) features.push_back(layer(cat(features, 1)));
    return cat(features, 1);
  }

 private:
  std::vector<DenseLayer> layers_;
};
HEARTH_MODULE(DenseBlock);

}  // namespace

DenseNetImpl::DenseNetImpl(const DenseNetOptions& network, const ModelOptions& options) {
  HEARTH_CHECK_AS(ValueError, !network.block_config().empty(),
                  "[densenet] expected the number of layers of each block, got none");
  const int64_t first = network.num_init_features();
  features_->push_back("conv0", nn::Conv2d(conv(options.in_channels(), first, 7).stride(2)));
  features_->push_back("norm0", nn::BatchNorm2d(first));
  features_->push_back("relu0", relu());
  features_->push_back("pool0", nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).padding(1)));
  int64_t channels = first;
  const size_t blocks = network.block_config().size();
  for (size_t i = 0; i < blocks; ++i) {
    const int64_t layers = network.block_config()[i];
    features_->push_back(cat_str("denseblock", i + 1), DenseBlock(channels, layers, network));
    channels += layers * network.growth_rate();
    if (i + 1 == blocks) break;
    nn::Sequential transition;
    transition->push_back("norm", nn::BatchNorm2d(channels));
    transition->push_back("relu", relu());
    transition->push_back("conv", nn::Conv2d(conv(channels, channels / 2, 1)));
    transition->push_back("pool", nn::AvgPool2d(2));
    features_->push_back(cat_str("transition", i + 1), transition);
    channels /= 2;
  }
  features_->push_back(cat_str("norm", blocks + 1), nn::BatchNorm2d(channels));
  register_module("features", features_);
  classifier_ = nn::Linear(channels, options.num_classes());
  register_module("classifier", classifier_);
  for (const auto& module : modules(false))
    if (auto* layer = module->as<nn::Conv2d>()) nn::init::kaiming_normal_(layer->weight);
  nn::init::zeros_(classifier_->bias);
}

DenseNetImpl::~DenseNetImpl() = default;

Tensor DenseNetImpl::forward(const Tensor& images) {
  return classifier_(adaptive_avg_pool2d(features_(images).relu_(), {1, 1}).flatten(1));
}

namespace {

DenseNet densenet(std::vector<int64_t> layers, const ModelOptions& options) {
  DenseNetOptions network;
  network.block_config(std::move(layers)).drop_rate(options.dropout().value_or(0));
  return DenseNet(network, options);
}

}  // namespace

DenseNet densenet121(const ModelOptions& o) { return densenet({6, 12, 24, 16}, o); }
DenseNet densenet161(const ModelOptions& o) {
  return DenseNet(DenseNetOptions()
                      .growth_rate(48)
                      .num_init_features(96)
                      .block_config({6, 12, 36, 24})
                      .drop_rate(o.dropout().value_or(0)),
                  o);
}
DenseNet densenet169(const ModelOptions& o) { return densenet({6, 12, 32, 32}, o); }
DenseNet densenet201(const ModelOptions& o) { return densenet({6, 12, 48, 32}, o); }

std::vector<ModelRow> densenet_models() {
  const ModelInfo info{.smallest = 29, .hints = {.epochs = 3, .lr = 2e-3}};
  return {{"densenet121", &make<densenet121>, info},
          {"densenet161", &make<densenet161>, info},
          {"densenet169", &make<densenet169>, info},
          {"densenet201", &make<densenet201>, info}};
}

}  // namespace hearth::vision::models
