// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/models/bcresnet.h"

#include <array>

#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/pooling.h"
#include "hearth/ops/pointwise.h"

#include "models/registry.h"

namespace hearth::audio::models {
namespace {

constexpr int64_t kGroups = 5, kBands = 40;
/// Blocks of each stage, and which stages halve the bands.
constexpr int64_t kBlocks[] = {2, 2, 4, 4};
constexpr bool kHalves[] = {false, true, true, false};

/// Channels of the head, the four stages and the last convolution.
std::array<int64_t, 6> channels_of(double tau) {
  const auto base = static_cast<int64_t>(tau * 8);
  return {2 * base, base, base * 3 / 2, 2 * base, base * 5 / 2, 4 * base};
}

/// A module below the name that the authors' ConvBNReLU gives its parts.
struct BlockImpl : nn::Module {
  explicit BlockImpl(nn::Sequential parts) : parts_(std::move(parts)) {
    register_module("block", parts_);
  }
  Tensor forward(const Tensor& x) { return parts_->forward(x); }
  nn::Sequential parts_;
};
HEARTH_MODULE(Block);

/// A convolution of each channel by itself.
nn::Conv2d depthwise(int64_t channels, ExpandingArray<2> kernel, ExpandingArray<2> stride,
                     ExpandingArray<2> padding, ExpandingArray<2> dilation) {
  return nn::Conv2d(nn::Conv2dOptions(channels, channels, kernel)
                        .stride(stride)
                        .padding(padding)
                        .dilation(dilation)
                        .groups(channels)
                        .bias(false));
}

nn::Conv2d pointwise(int64_t in, int64_t out) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, 1).bias(false));
}

}  // namespace

SubSpectralNormImpl::SubSpectralNormImpl(int64_t num_features, int64_t spec_groups)
    : groups_(spec_groups), ssnorm_(num_features * spec_groups) {
  register_module("ssnorm", ssnorm_);
}

SubSpectralNormImpl::~SubSpectralNormImpl() = default;

Tensor SubSpectralNormImpl::forward(const Tensor& x) {
  HEARTH_CHECK_AS(ShapeError, x.dim() == 4 && x.size(2) % groups_ == 0, "[SubSpectralNorm] ",
                  groups_, " groups do not divide the bands of ", x.sizes());
  const int64_t n = x.size(0), c = x.size(1), bands = x.size(2), frames = x.size(3);
  return ssnorm_(x.reshape({n, c * groups_, bands / groups_, frames}))
      .reshape({n, c, bands, frames});
}

BCResBlockImpl::BCResBlockImpl(int64_t in_channels, int64_t channels, int64_t dilation,
                               int64_t stride)
    : transition_(in_channels != channels) {
  if (transition_)
    f2_->push_back(Block(
        nn::Sequential(pointwise(in_channels, channels), nn::BatchNorm2d(channels), nn::ReLU())));
  f2_->push_back(Block(nn::Sequential(depthwise(channels, {3, 1}, {stride, 1}, {1, 0}, {1, 1}),
                                      SubSpectralNorm(channels, kGroups))));
  f1_->push_back(
      Block(nn::Sequential(depthwise(channels, {1, 3}, {1, 1}, {0, dilation}, {1, dilation}),
                           nn::BatchNorm2d(channels), nn::SiLU())));
  f1_->push_back(pointwise(channels, channels));
  f1_->push_back(nn::Dropout2d(0.1));
  register_module("f2", f2_);
  register_module("f1", f1_);
}

BCResBlockImpl::~BCResBlockImpl() = default;

Tensor BCResBlockImpl::forward(const Tensor& x) {
  const Tensor along_bands = f2_->forward(x);
  const Tensor along_time = f1_->forward(along_bands.mean(2, /*keepdim=*/true));
  const Tensor sum = along_bands + along_time;
  return (transition_ ? sum : sum + x).relu();
}

BCResNetImpl::BCResNetImpl(const BCResNetOptions& options) {
  HEARTH_CHECK_AS(ValueError, options.tau() >= 1 && options.tau() <= 1024,
                  "[BCResNet] expected tau of 1 to 1024, got ", options.tau());
  const auto channels = channels_of(options.tau());
  cnn_head_ = nn::Sequential(
      nn::Conv2d(nn::Conv2dOptions(1, channels[0], 5).stride({2, 1}).padding(2).bias(false)),
      nn::BatchNorm2d(channels[0]), nn::ReLU());
  for (size_t stage = 0; stage < 4; ++stage) {
    nn::ModuleList blocks;
    for (int64_t i = 0; i < kBlocks[stage]; ++i)
      blocks->push_back(BCResBlock(channels[i == 0 ? stage : stage + 1], channels[stage + 1],
                                   int64_t{1} << stage, kHalves[stage] && i == 0 ? 2 : 1));
    blocks_->push_back(blocks);
  }
  classifier_ =
      nn::Sequential(depthwise(channels[4], {5, 5}, {1, 1}, {0, 2}, {1, 1}),
                     pointwise(channels[4], channels[5]), nn::BatchNorm2d(channels[5]), nn::ReLU(),
                     nn::AdaptiveAvgPool2d(1), nn::Conv2d(channels[5], options.num_classes(), 1));
  register_module("cnn_head", cnn_head_);
  register_module("BCBlocks", blocks_);
  register_module("classifier", classifier_);
}

BCResNetImpl::~BCResNetImpl() = default;

int64_t BCResNetImpl::embedding_size(double tau) { return channels_of(tau)[5]; }

Tensor BCResNetImpl::embed(const Tensor& spectra) {
  HEARTH_CHECK_AS(ShapeError,
                  spectra.dim() == 4 && spectra.size(1) == 1 && spectra.size(2) > 0 &&
                      spectra.size(2) % kBands == 0 && spectra.size(3) > 0,
                  "[BCResNet] expected spectra [N, 1, bands, frames] with a multiple of ", kBands,
                  " bands, got ", spectra.sizes());
  Tensor x = cnn_head_->forward(spectra);
  for (const auto& stage : *blocks_)
    for (const auto& block : *stage->as<nn::ModuleListImpl>())
      x = block->as<BCResBlockImpl>()->forward(x);
  for (size_t i = 0; i + 1 < classifier_->size(); ++i)
    x = (classifier_->begin() + static_cast<std::ptrdiff_t>(i))->forward(x);
  return x.flatten(1);
}

Tensor BCResNetImpl::classify(const Tensor& embedding) {
  return classifier_->at<nn::Conv2dImpl>(classifier_->size() - 1)
      .forward(embedding.unsqueeze(2).unsqueeze(3))
      .flatten(1);
}

namespace {

/// tau in quarters, so that it can be a template's argument.
template <int64_t quarters>
ClassifierRow row(const char* name) {
  constexpr double tau = static_cast<double>(quarters) / 4;
  return {name,
          {},
          [](const ClipShape& shape) -> std::string {
            if (shape.bands % kBands == 0) return "";
            return cat_str("expected spectra with a multiple of ", kBands, " bands");
          },
          [](const ClipShape&, int64_t classes) -> std::shared_ptr<AudioClassifierImpl> {
            return BCResNet(BCResNetOptions().tau(tau).num_classes(classes)).ptr();
          },
          [](const ClipShape&, int64_t classes) {
            return BCResNetImpl::embedding_size(tau) * classes;
          }};
}

}  // namespace

std::vector<ClassifierRow> bcresnet_classifiers() {
  return {row<4>("bcresnet1"),  row<6>("bcresnet1.5"), row<8>("bcresnet2"),
          row<12>("bcresnet3"), row<24>("bcresnet6"),  row<32>("bcresnet8")};
}

}  // namespace hearth::audio::models
