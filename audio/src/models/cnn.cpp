// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/models/cnn.h"

#include "hearth/ops/pool.h"
#include "hearth/ops/view.h"

#include "models/registry.h"

namespace hearth::audio::models {
namespace {

constexpr int64_t kChannels[] = {16, 32, 64, 128};
constexpr int64_t kEmbedding = 2 * kChannels[3];
/// Four poolings by 2 leave one of this many.
constexpr int64_t kSmallest = 16;

nn::Conv2dOptions conv3x3(int64_t in, int64_t out) {
  // Batch norm, which follows, has a bias of its own.
  return nn::Conv2dOptions(in, out, 3).padding(1).bias(false);
}

bool fits(int64_t bands, int64_t frames) { return bands >= kSmallest && frames >= kSmallest; }

}  // namespace

CNNImpl::CNNImpl(int64_t num_classes)
    : conv1_(conv3x3(1, kChannels[0])),
      conv2_(conv3x3(kChannels[0], kChannels[1])),
      conv3_(conv3x3(kChannels[1], kChannels[2])),
      conv4_(conv3x3(kChannels[2], kChannels[3])),
      bn1_(kChannels[0]),
      bn2_(kChannels[1]),
      bn3_(kChannels[2]),
      bn4_(kChannels[3]),
      dropout_(0.3),
      fc_(kEmbedding, num_classes) {
  register_module("conv1", conv1_);
  register_module("bn1", bn1_);
  register_module("conv2", conv2_);
  register_module("bn2", bn2_);
  register_module("conv3", conv3_);
  register_module("bn3", bn3_);
  register_module("conv4", conv4_);
  register_module("bn4", bn4_);
  register_module("dropout", dropout_);
  register_module("fc", fc_);
}

CNNImpl::~CNNImpl() = default;

Tensor CNNImpl::embed(const Tensor& spectra) {
  HEARTH_CHECK_AS(
      ShapeError,
      spectra.dim() == 4 && spectra.size(1) == 1 && fits(spectra.size(2), spectra.size(3)),
      "[CNN] expected spectra [N, 1, bands, frames] of at least ", kSmallest, " x ", kSmallest,
      ", got ", spectra.sizes());
  // ReLU after pooling gives the same as before it, for a quarter of the work.
  Tensor x = max_pool2d(bn1_(conv1_(spectra)), 2).relu();
  x = max_pool2d(bn2_(conv2_(x)), 2).relu();
  x = max_pool2d(bn3_(conv3_(x)), 2).relu();
  x = max_pool2d(bn4_(conv4_(x)), 2).relu();
  return cat({x.mean(IntArrayRef{2, 3}), x.amax(IntArrayRef{2, 3})}, 1);
}

Tensor CNNImpl::classify(const Tensor& embedding) { return fc_(dropout_(embedding)); }

std::vector<ClassifierRow> cnn_classifiers() {
  return {{"cnn",
           {},
           [](const ClipShape& shape) -> std::string {
             if (fits(shape.bands, shape.frames)) return "";
             return cat_str("expected spectra of at least ", kSmallest, " x ", kSmallest);
           },
           [](const ClipShape&, int64_t classes) -> std::shared_ptr<AudioClassifierImpl> {
             return CNN(classes).ptr();
           },
           [](const ClipShape&, int64_t classes) { return kEmbedding * classes; }}};
}

}  // namespace hearth::audio::models
