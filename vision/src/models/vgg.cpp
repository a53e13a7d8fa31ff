// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/vgg.h"

#include <algorithm>

#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/normalization.h"

#include "models/initialize.h"
#include "models/registry.h"

namespace hearth::vision::models {
namespace {

nn::ReLU relu() { return nn::ReLU(nn::ReLUOptions(true)); }

}  // namespace

VGGImpl::VGGImpl(const VGGOptions& network, const ModelOptions& options)
    : avgpool_(7),
      classifier_(nn::Linear(512 * 7 * 7, 4096), relu(),
                  nn::Dropout(options.dropout().value_or(0.5)), nn::Linear(4096, 4096), relu(),
                  nn::Dropout(options.dropout().value_or(0.5)),
                  nn::Linear(4096, options.num_classes())) {
  HEARTH_CHECK_AS(ValueError, network.layers().size() == 5,
                  "[vgg] expected the number of convolutions of 5 stages, got ", network.layers());
  int64_t in = options.in_channels(), out = 64;
  for (const int64_t layers : network.layers()) {
    for (int64_t i = 0; i < layers; ++i) {
      features_->push_back(nn::Conv2d(nn::Conv2dOptions(in, out, 3).padding(1)));
      if (network.batch_norm()) features_->push_back(nn::BatchNorm2d(out));
      features_->push_back(relu());
      in = out;
    }
    features_->push_back(nn::MaxPool2d(2));
    out = std::min<int64_t>(2 * out, 512);
  }
  register_module("features", features_);
  register_module("avgpool", avgpool_);
  register_module("classifier", classifier_);
  initialize_convolutional(*this);
}

VGGImpl::~VGGImpl() = default;

Tensor VGGImpl::forward(const Tensor& images) {
  return classifier_(avgpool_(features_(images)).flatten(1));
}

namespace {

VGG vgg(std::vector<int64_t> layers, bool batch_norm, const ModelOptions& options) {
  return VGG(VGGOptions().layers(std::move(layers)).batch_norm(batch_norm), options);
}

}  // namespace

VGG vgg11(const ModelOptions& o) { return vgg({1, 1, 2, 2, 2}, false, o); }
VGG vgg11_bn(const ModelOptions& o) { return vgg({1, 1, 2, 2, 2}, true, o); }
VGG vgg13(const ModelOptions& o) { return vgg({2, 2, 2, 2, 2}, false, o); }
VGG vgg13_bn(const ModelOptions& o) { return vgg({2, 2, 2, 2, 2}, true, o); }
VGG vgg16(const ModelOptions& o) { return vgg({2, 2, 3, 3, 3}, false, o); }
VGG vgg16_bn(const ModelOptions& o) { return vgg({2, 2, 3, 3, 3}, true, o); }
VGG vgg19(const ModelOptions& o) { return vgg({2, 2, 4, 4, 4}, false, o); }
VGG vgg19_bn(const ModelOptions& o) { return vgg({2, 2, 4, 4, 4}, true, o); }

std::vector<ModelRow> vgg_models() {
  const ModelInfo info{.smallest = 32, .hints = {.lr = 1e-3}};
  return {{"vgg11", &make<vgg11>, info}, {"vgg11_bn", &make<vgg11_bn>, info},
          {"vgg13", &make<vgg13>, info}, {"vgg13_bn", &make<vgg13_bn>, info},
          {"vgg16", &make<vgg16>, info}, {"vgg16_bn", &make<vgg16_bn>, info},
          {"vgg19", &make<vgg19>, info}, {"vgg19_bn", &make<vgg19_bn>, info}};
}

}  // namespace hearth::vision::models
