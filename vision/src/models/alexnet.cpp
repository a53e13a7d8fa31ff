// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/alexnet.h"

#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/linear.h"

#include "models/registry.h"

namespace hearth::vision::models {
namespace {

nn::ReLU relu() { return nn::ReLU(nn::ReLUOptions(true)); }
nn::MaxPool2d pool() { return nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2)); }
nn::Conv2d conv3x3(int64_t in, int64_t out) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, 3).padding(1));
}

}  // namespace

AlexNetImpl::AlexNetImpl(const ModelOptions& options)
    : features_(nn::Conv2d(nn::Conv2dOptions(options.in_channels(), 64, 11).stride(4).padding(2)),
                relu(), pool(), nn::Conv2d(nn::Conv2dOptions(64, 192, 5).padding(2)), relu(),
                pool(), conv3x3(192, 384), relu(), conv3x3(384, 256), relu(), conv3x3(256, 256),
                relu(), pool()),
      avgpool_(6),
      classifier_(nn::Dropout(options.dropout().value_or(0.5)), nn::Linear(256 * 6 * 6, 4096),
                  relu(), nn::Dropout(options.dropout().value_or(0.5)), nn::Linear(4096, 4096),
                  relu(), nn::Linear(4096, options.num_classes())) {
  register_module("features", features_);
  register_module("avgpool", avgpool_);
  register_module("classifier", classifier_);
}

AlexNetImpl::~AlexNetImpl() = default;

Tensor AlexNetImpl::forward(const Tensor& images) {
  return classifier_(avgpool_(features_(images)).flatten(1));
}

std::vector<ModelRow> alexnet_models() {
  return {{"alexnet", &make<AlexNet>, {.smallest = 63, .hints = {.lr = 1e-3}}}};
}

}  // namespace hearth::vision::models
