// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/resnet.h"

#include "hearth/nn/init.h"
#include "hearth/ops/pool.h"

#include "models/registry.h"

namespace hearth::vision::models {
namespace {

nn::Conv2dOptions conv(int64_t in, int64_t out, int64_t kernel, int64_t stride) {
  return nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false);
}

nn::Conv2dOptions stem(const ResNetOptions& options) {
  return options.small_images() ? conv(options.in_channels(), 64, 3, 1)
                                : conv(options.in_channels(), 64, 7, 2);
}

template <ResNet (*build)(ResNetOptions)>
std::shared_ptr<ImageClassifierImpl> make_resnet(const ImageShape& shape, int64_t num_classes) {
  // The stem for photographs would leave nothing of a small image.
  const bool small = shape.height < 64 || shape.width < 64;
  return build(ResNetOptions()
                   .num_classes(num_classes)
                   .in_channels(shape.channels)
                   .small_images(small))
      .ptr();
}

int64_t least_weights_of(const ImageShape&, int64_t num_classes) { return 512 * num_classes; }

}  // namespace

BasicBlockImpl::BasicBlockImpl(int64_t in_channels, int64_t channels, int64_t stride)
    : conv1_(conv(in_channels, channels, 3, stride)),
      conv2_(conv(channels, channels, 3, 1)),
      bn1_(channels),
      bn2_(channels) {
  register_module("conv1", conv1_);
  register_module("bn1", bn1_);
  register_module("conv2", conv2_);
  register_module("bn2", bn2_);
  if (stride != 1 || in_channels != channels) {
    downsample_ = nn::Sequential(nn::Conv2d(conv(in_channels, channels, 1, stride)),
                                 nn::BatchNorm2d(channels));
    register_module("downsample", downsample_);
  }
}

BasicBlockImpl::~BasicBlockImpl() = default;

Tensor BasicBlockImpl::forward(const Tensor& x) {
  Tensor y = bn1_(conv1_(x)).relu_();
  y = bn2_(conv2_(y));
  y.add_(downsample_ ? downsample_->forward(x) : x);
  return y.relu_();
}

ResNetImpl::ResNetImpl(const ResNetOptions& options)
    : conv1_(stem(options)),
      bn1_(64),
      fc_(512, options.num_classes()),
      pool_(!options.small_images()) {
  HEARTH_CHECK_AS(ValueError, options.layers().size() == 4,
                  "[resnet] expected the number of blocks of 4 stages, got ", options.layers());
  register_module("conv1", conv1_);
  register_module("bn1", bn1_);
  int64_t in = 64;
  for (size_t stage = 0; stage < 4; ++stage) {
    const int64_t channels = int64_t{64} << stage;
    nn::Sequential blocks;
    for (int64_t i = 0; i < options.layers()[stage]; ++i) {
      blocks->push_back(BasicBlock(in, channels, i == 0 && stage > 0 ? 2 : 1));
      in = channels;
    }
    layers_.push_back(register_module(cat_str("layer", stage + 1), blocks));
  }
  register_module("fc", fc_);
  for (const auto& module : modules(false)) {
    if (auto* layer = module->as<nn::Conv2d>())
      nn::init::kaiming_normal_(layer->weight, 0, kFanOut, kReLU);
  }
}

ResNetImpl::~ResNetImpl() = default;

Tensor ResNetImpl::forward(const Tensor& images) {
  Tensor x = bn1_(conv1_(images)).relu_();
  if (pool_) x = max_pool2d(x, 3, 2, 1);
  for (nn::Sequential& layer : layers_) x = layer->forward(x);
  return fc_(x.mean(IntArrayRef{2, 3}));
}

ResNet resnet18(ResNetOptions options) { return ResNet(options.layers({2, 2, 2, 2})); }
ResNet resnet34(ResNetOptions options) { return ResNet(options.layers({3, 4, 6, 3})); }

std::vector<ClassifierRow> resnet_classifiers() {
  return {{"resnet18", 1, &make_resnet<resnet18>, least_weights_of, {.epochs = 3, .lr = 2e-3}},
          {"resnet34", 1, &make_resnet<resnet34>, least_weights_of, {.epochs = 3, .lr = 2e-3}}};
}

}  // namespace hearth::vision::models
