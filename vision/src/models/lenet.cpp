// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/lenet.h"

#include <algorithm>

#include "hearth/ops/pool.h"

#include "models/registry.h"

namespace hearth::vision::models {
namespace {

bool is_small(const ImageShape& s) { return std::min(s.height, s.width) < 16; }

/// What conv2, without padding unless small, and both poolings leave of a side.
int64_t side(int64_t pixels, bool small) { return (pixels / 2 - (small ? 0 : 4)) / 2; }

}  // namespace

LeNetImpl::LeNetImpl(const ImageShape& shape, int64_t num_classes)
    : conv1_(nn::Conv2dOptions(shape.channels, 6, 5).padding(2)),
      conv2_(nn::Conv2dOptions(6, 16, 5).padding(is_small(shape) ? 2 : 0)),
      fc1_(features(shape), 120),
      fc2_(120, 84),
      fc3_(84, num_classes) {
  register_module("conv1", conv1_);
  register_module("conv2", conv2_);
  register_module("fc1", fc1_);
  register_module("fc2", fc2_);
  register_module("fc3", fc3_);
}

LeNetImpl::~LeNetImpl() = default;

int64_t LeNetImpl::features(const ImageShape& shape) {
  const bool small = is_small(shape);
  return 16 * side(shape.height, small) * side(shape.width, small);
}

Tensor LeNetImpl::forward(const Tensor& images) {
  Tensor x = max_pool2d(conv1_(images).relu(), 2);
  x = max_pool2d(conv2_(x).relu(), 2).flatten(1);
  return fc3_(fc2_(fc1_(x).relu()).relu());
}

std::vector<ClassifierRow> lenet_classifiers() {
  return {{"lenet", 8, &make<LeNet>, [](const ImageShape& s, int64_t classes) {
             return LeNetImpl::features(s) * 120 + 84 * classes;
           }}};
}

}  // namespace hearth::vision::models
