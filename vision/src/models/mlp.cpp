// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/mlp.h"

#include "models/registry.h"

namespace hearth::vision::models {
namespace {

constexpr int64_t kHidden = 256;

/// What its first linear layer takes.
int64_t features(const ModelOptions& options) {
  return options.in_channels() * options.image_size().height * options.image_size().width;
}

}  // namespace

MLPImpl::MLPImpl(const ModelOptions& options)
    : fc1_(features(options), kHidden),
      fc2_(kHidden, kHidden),
      fc3_(kHidden, options.num_classes()) {
  register_module("fc1", fc1_);
  register_module("fc2", fc2_);
  register_module("fc3", fc3_);
}

MLPImpl::~MLPImpl() = default;

Tensor MLPImpl::forward(const Tensor& images) {
  Tensor x = fc1_(images.flatten(1)).relu();
  return fc3_(fc2_(x).relu());
}

std::vector<ModelRow> mlp_models() { return {{"mlp", &make<MLP>}}; }

}  // namespace hearth::vision::models
