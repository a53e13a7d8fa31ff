// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/lenet.h"

#include <algorithm>

#include "hearth/ops/pool.h"

#include "models/registry.h"

namespace hearth::vision::models {
namespace {

bool is_small(const Size& s) { return std::min(s.height, s.width) < 16; }

/// What conv2, without padding unless small, and both poolings leave of a side.
int64_t side(int64_t pixels, bool small) { return (pixels / 2 - (small ? 0 : 4)) / 2; }

/// What its first linear layer takes.
int64_t features(const ModelOptions& options) {
  const Size& size = options.image_size();
  const bool small = is_small(size);
  return 16 * side(size.height, small) * side(size.width, small);
}

}  // namespace

LeNetImpl::LeNetImpl(const ModelOptions& options)
    : conv1_(nn::Conv2dOptions(options.in_channels(), 6, 5).padding(2)),
      conv2_(nn::Conv2dOptions(6, 16, 5).padding(is_small(options.image_size()) ? 2 : 0)),
      fc1_(features(options), 120),
      fc2_(120, 84),
      fc3_(84, options.num_classes()) {
  register_module("conv1", conv1_);
  register_module("conv2", conv2_);
  register_module("fc1", fc1_);
  register_module("fc2", fc2_);
  register_module("fc3", fc3_);
}

LeNetImpl::~LeNetImpl() = default;

Tensor LeNetImpl::forward(const Tensor& images) {
  Tensor x = max_pool2d(conv1_(images).relu(), 2);
  x = max_pool2d(conv2_(x).relu(), 2).flatten(1);
  return fc3_(fc2_(fc1_(x).relu()).relu());
}

std::vector<ModelRow> lenet_models() { return {{"lenet", &make<LeNet>, {.smallest = 8}}}; }

}  // namespace hearth::vision::models
