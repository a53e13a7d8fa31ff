// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/squeezenet.h"

#include "hearth/nn/init.h"
#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/pooling.h"
#include "hearth/ops/view.h"

#include "models/registry.h"

namespace hearth::vision::models {
namespace {

/// Few channels by a 1x1 convolution, then many by one of 1x1 and one of 3x3.
class FireImpl : public nn::Module {
 public:
  FireImpl(int64_t in, int64_t squeeze, int64_t expand)
      : squeeze_(nn::Conv2dOptions(in, squeeze, 1)),
        expand1x1_(nn::Conv2dOptions(squeeze, expand, 1)),
        expand3x3_(nn::Conv2dOptions(squeeze, expand, 3).padding(1)) {
    register_module("squeeze", squeeze_);
    register_module("expand1x1", expand1x1_);
    register_module("expand3x3", expand3x3_);
  }
  Tensor forward(const Tensor& x) {
    const Tensor few = squeeze_(x).relu_();
    return cat({expand1x1_(few).relu_(), expand3x3_(few).relu_()}, 1);
  }

 private:
  nn::Conv2d squeeze_, expand1x1_, expand3x3_;
};
HEARTH_MODULE(Fire);

nn::MaxPool2d pool() { return nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).ceil_mode(true)); }

nn::Sequential features(SqueezeNetVersion version, int64_t channels) {
  const nn::ReLU relu(nn::ReLUOptions(true));
  if (version == SqueezeNetVersion::V1_0)
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(channels, 96, 7).stride(2)), relu, pool(),
                          Fire(96, 16, 64), Fire(128, 16, 64), Fire(128, 32, 128), pool(),
                          Fire(256, 32, 128), Fire(256, 48, 192), Fire(384, 48, 192),
                          Fire(384, 64, 256), pool(), Fire(512, 64, 256));
  return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(channels, 64, 3).stride(2)), relu, pool(),
                        Fire(64, 16, 64), Fire(128, 16, 64), pool(), Fire(128, 32, 128),
                        Fire(256, 32, 128), pool(), Fire(256, 48, 192), Fire(384, 48, 192),
                        Fire(384, 64, 256), Fire(512, 64, 256));
}

}  // namespace

SqueezeNetImpl::SqueezeNetImpl(SqueezeNetVersion version, const ModelOptions& options)
    : features_(features(version, options.in_channels())) {
  const nn::Conv2d last(nn::Conv2dOptions(512, options.num_classes(), 1));
  classifier_ = nn::Sequential(nn::Dropout(options.dropout().value_or(0.5)), last,
                               nn::ReLU(nn::ReLUOptions(true)), nn::AdaptiveAvgPool2d(1));
  register_module("features", features_);
  register_module("classifier", classifier_);
  for (const auto& module : modules(false)) {
    auto* conv = module->as<nn::Conv2d>();
    if (!conv) continue;
    if (conv == last.get()) {
      nn::init::normal_(conv->weight, 0, 0.01);
    } else {
      nn::init::kaiming_uniform_(conv->weight);
    }
    nn::init::zeros_(conv->bias);
  }
}

SqueezeNetImpl::~SqueezeNetImpl() = default;

Tensor SqueezeNetImpl::forward(const Tensor& images) {
  return classifier_(features_(images)).flatten(1);
}

SqueezeNet squeezenet1_0(const ModelOptions& o) { return SqueezeNet(SqueezeNetVersion::V1_0, o); }
SqueezeNet squeezenet1_1(const ModelOptions& o) { return SqueezeNet(SqueezeNetVersion::V1_1, o); }

std::vector<ModelRow> squeezenet_models() {
  return {{"squeezenet1_0", &make<squeezenet1_0>, {.smallest = 21, .hints = {.lr = 1e-3}}},
          {"squeezenet1_1", &make<squeezenet1_1>, {.smallest = 17, .hints = {.lr = 1e-3}}}};
}

}  // namespace hearth::vision::models
