// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/mlp.h"

#include "models/registry.h"

namespace hearth::vision::models {

constexpr int64_t kHidden = 256;

MLPImpl::MLPImpl(const ImageShape& shape, int64_t num_classes)
    : fc1_(features(shape), kHidden), fc2_(kHidden, kHidden), fc3_(kHidden, num_classes) {
  register_module("fc1", fc1_);
  register_module("fc2", fc2_);
  register_module("fc3", fc3_);
}

MLPImpl::~MLPImpl() = default;

int64_t MLPImpl::features(const ImageShape& shape) {
  return shape.channels * shape.height * shape.width;
}

Tensor MLPImpl::forward(const Tensor& images) {
  Tensor x = fc1_(images.flatten(1)).relu();
  return fc3_(fc2_(x).relu());
}

std::vector<ClassifierRow> mlp_classifiers() {
  return {{"mlp", 1, &make<MLP>, [](const ImageShape& s, int64_t classes) {
             return (MLPImpl::features(s) + classes) * kHidden;
           }}};
}

}  // namespace hearth::vision::models
