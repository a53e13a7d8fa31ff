// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/cnn.h"

#include "hearth/ops/pool.h"

#include "models/registry.h"

namespace hearth::vision::models {
namespace {

nn::Conv2dOptions conv3x3(int64_t in, int64_t out) {
  // Batch norm, which follows, has a bias of its own.
  return nn::Conv2dOptions(in, out, 3).padding(1).bias(false);
}

/// Whether two poolings leave enough for a third.
bool pools_thrice(int64_t height, int64_t width) { return height >= 8 && width >= 8; }

/// What its linear layer takes.
int64_t features(const ModelOptions& options) {
  const auto [height, width] = options.image_size();
  const int64_t factor = pools_thrice(height, width) ? 8 : 4;
  return 128 * (height / factor) * (width / factor);
}

}  // namespace

CNNImpl::CNNImpl(const ModelOptions& options)
    : conv1_(conv3x3(options.in_channels(), 32)),
      conv2_(conv3x3(32, 64)),
      conv3_(conv3x3(64, 128)),
      bn1_(32),
      bn2_(64),
      bn3_(128),
      dropout_(options.dropout().value_or(0.3)),
      fc_(features(options), options.num_classes()) {
  register_module("conv1", conv1_);
  register_module("bn1", bn1_);
  register_module("conv2", conv2_);
  register_module("bn2", bn2_);
  register_module("conv3", conv3_);
  register_module("bn3", bn3_);
  register_module("dropout", dropout_);
  register_module("fc", fc_);
}

CNNImpl::~CNNImpl() = default;

Tensor CNNImpl::forward(const Tensor& images) {
  // ReLU after pooling gives the same as before it, for a quarter of the work.
  Tensor x = max_pool2d(bn1_(conv1_(images)), 2).relu_();
  x = max_pool2d(bn2_(conv2_(x)), 2).relu_();
  x = bn3_(conv3_(x));
  if (pools_thrice(images.size(2), images.size(3))) x = max_pool2d(x, 2);
  return fc_(dropout_(x.relu_().flatten(1)));
}

std::vector<ModelRow> cnn_models() { return {{"cnn", &make<CNN>, {.smallest = 4}}}; }

}  // namespace hearth::vision::models
