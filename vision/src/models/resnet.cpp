// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/resnet.h"

#include "hearth/nn/init.h"

#include "models/conv_norm.h"
#include "models/registry.h"

namespace hearth::vision::models {
namespace {

nn::Conv2dOptions conv(int64_t in, int64_t out, int64_t kernel, int64_t stride = 1,
                       int64_t groups = 1, int64_t dilation = 1) {
  return nn::Conv2dOptions(in, out, kernel)
      .stride(stride)
      .padding(kernel / 2 * dilation)
      .dilation(dilation)
      .groups(groups)
      .bias(false);
}

/// Where a block stands.
struct Place {
  int64_t in, channels, stride, dilation;
};

/// What goes past a block whose output is of another size; null where it is of the same.
nn::Sequential downsample(const Place& at, int64_t out) {
  if (at.stride == 1 && at.in == out) return nullptr;
  return nn::Sequential(nn::Conv2d(conv(at.in, out, 1, at.stride)), nn::BatchNorm2d(out));
}

class BasicBlockImpl : public nn::Module {
 public:
  explicit BasicBlockImpl(const Place& at)
      : conv1_(conv(at.in, at.channels, 3, at.stride)),
        conv2_(conv(at.channels, at.channels, 3)),
        bn1_(at.channels),
        bn2_(at.channels),
        downsample_(downsample(at, at.channels)) {
    register_module("conv1", conv1_);
    register_module("bn1", bn1_);
    register_module("conv2", conv2_);
    register_module("bn2", bn2_);
    if (downsample_) register_module("downsample", downsample_);
  }
  Tensor forward(const Tensor& x) {
    const Tensor y = conv_norm_relu(conv1_, bn1_, x);
    return conv_norm_add_relu(conv2_, bn2_, y, downsample_ ? downsample_(x) : x);
  }
  const Tensor& last_norm() const { return bn2_->weight; }

 private:
  nn::Conv2d conv1_, conv2_;
  nn::BatchNorm2d bn1_, bn2_;
  nn::Sequential downsample_;
};
HEARTH_MODULE(BasicBlock);

constexpr int64_t kExpansion = 4;

class BottleneckImpl : public nn::Module {
 public:
  BottleneckImpl(const Place& at, int64_t width, int64_t groups)
      : conv1_(conv(at.in, width, 1)),
        conv2_(conv(width, width, 3, at.stride, groups, at.dilation)),
        conv3_(conv(width, kExpansion * at.channels, 1)),
        bn1_(width),
        bn2_(width),
        bn3_(kExpansion * at.channels),
        downsample_(downsample(at, kExpansion * at.channels)) {
    register_module("conv1", conv1_);
    register_module("bn1", bn1_);
    register_module("conv2", conv2_);
    register_module("bn2", bn2_);
    register_module("conv3", conv3_);
    register_module("bn3", bn3_);
    if (downsample_) register_module("downsample", downsample_);
  }
  Tensor forward(const Tensor& x) {
    const Tensor y = conv_norm_relu(conv2_, bn2_, conv_norm_relu(conv1_, bn1_, x));
    return conv_norm_add_relu(conv3_, bn3_, y, downsample_ ? downsample_(x) : x);
  }
  const Tensor& last_norm() const { return bn3_->weight; }

 private:
  nn::Conv2d conv1_, conv2_, conv3_;
  nn::BatchNorm2d bn1_, bn2_, bn3_;
  nn::Sequential downsample_;
};
HEARTH_MODULE(Bottleneck);

void check(const ResNetOptions& network) {
  HEARTH_CHECK_AS(ValueError, network.layers().size() == 4,
                  "[resnet] expected the number of blocks of 4 stages, got ", network.layers());
  const auto [second, third, fourth] = network.replace_stride_with_dilation();
  const bool special = network.groups() != 1 || network.width_per_group() != 64;
  HEARTH_CHECK_AS(ValueError, network.bottleneck() || !(special || second || third || fourth),
                  "[resnet] basic blocks have no groups, widths or dilations");
}

}  // namespace

ResNetImpl::ResNetImpl(const ResNetOptions& network, const ModelOptions& options)
    : conv1_(options.small_stem() ? conv(options.in_channels(), 64, 3)
                                  : conv(options.in_channels(), 64, 7, 2)),
      bn1_(64),
      avgpool_(1),
      fc_((network.bottleneck() ? kExpansion : 1) * 512, options.num_classes()) {
  check(network);
  register_module("conv1", conv1_);
  register_module("bn1", bn1_);
  if (!options.small_stem()) {
    maxpool_ = nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).padding(1));
    register_module("maxpool", maxpool_);
  }
  int64_t in = 64, dilation = 1;
  for (size_t stage = 0; stage < 4; ++stage) {
    const int64_t channels = int64_t{64} << stage;
    const int64_t width = channels * network.width_per_group() / 64 * network.groups();
    int64_t stride = stage > 0 ? 2 : 1;
    // As torchvision: the first block of a stage is still as dilated as the stage before.
    int64_t before = dilation;
    if (stage > 0 && network.replace_stride_with_dilation()[stage - 1])
      dilation *= std::exchange(stride, 1);
    nn::Sequential blocks;
    for (int64_t i = 0; i < network.layers()[stage]; ++i) {
      const Place at{in, channels, std::exchange(stride, 1), std::exchange(before, dilation)};
      if (network.bottleneck()) {
        blocks->push_back(Bottleneck(at, width, network.groups()));
        in = kExpansion * channels;
      } else {
        blocks->push_back(BasicBlock(at));
        in = channels;
      }
    }
    layers_.push_back(register_module(cat_str("layer", stage + 1), blocks));
  }
  register_module("avgpool", avgpool_);
  register_module("fc", fc_);
  for (const auto& module : modules(false)) {
    if (auto* layer = module->as<nn::Conv2d>())
      nn::init::kaiming_normal_(layer->weight, 0, kFanOut, kReLU);
    if (!network.zero_init_residual()) continue;
    if (auto* block = module->as<BasicBlock>()) nn::init::zeros_(block->last_norm());
    if (auto* block = module->as<Bottleneck>()) nn::init::zeros_(block->last_norm());
  }
}

ResNetImpl::~ResNetImpl() = default;

Tensor ResNetImpl::forward(const Tensor& images) {
  Tensor x = conv_norm_relu(conv1_, bn1_, images);
  if (maxpool_) x = maxpool_(x);
  for (nn::Sequential& layer : layers_) x = layer(x);
  return fc_(avgpool_(x).flatten(1));
}

namespace {

ResNetOptions basic(std::vector<int64_t> layers) { return ResNetOptions().layers(layers); }
ResNetOptions bottlenecks(std::vector<int64_t> layers) { return basic(layers).bottleneck(true); }

}  // namespace

ResNet resnet18(const ModelOptions& o) { return ResNet(basic({2, 2, 2, 2}), o); }
ResNet resnet34(const ModelOptions& o) { return ResNet(basic({3, 4, 6, 3}), o); }
ResNet resnet50(const ModelOptions& o) { return ResNet(bottlenecks({3, 4, 6, 3}), o); }
ResNet resnet101(const ModelOptions& o) { return ResNet(bottlenecks({3, 4, 23, 3}), o); }
ResNet resnet152(const ModelOptions& o) { return ResNet(bottlenecks({3, 8, 36, 3}), o); }
ResNet resnext50_32x4d(const ModelOptions& o) {
  return ResNet(bottlenecks({3, 4, 6, 3}).groups(32).width_per_group(4), o);
}
ResNet resnext101_32x8d(const ModelOptions& o) {
  return ResNet(bottlenecks({3, 4, 23, 3}).groups(32).width_per_group(8), o);
}
ResNet resnext101_64x4d(const ModelOptions& o) {
  return ResNet(bottlenecks({3, 4, 23, 3}).groups(64).width_per_group(4), o);
}
ResNet wide_resnet50_2(const ModelOptions& o) {
  return ResNet(bottlenecks({3, 4, 6, 3}).width_per_group(128), o);
}
ResNet wide_resnet101_2(const ModelOptions& o) {
  return ResNet(bottlenecks({3, 4, 23, 3}).width_per_group(128), o);
}

std::vector<ModelRow> resnet_models() {
  const ModelInfo info{.small_stem = true, .hints = {.epochs = 3, .lr = 2e-3}};
  return {{"resnet18", &make<resnet18>, info},
          {"resnet34", &make<resnet34>, info},
          {"resnet50", &make<resnet50>, info},
          {"resnet101", &make<resnet101>, info},
          {"resnet152", &make<resnet152>, info},
          {"resnext50_32x4d", &make<resnext50_32x4d>, info},
          {"resnext101_32x8d", &make<resnext101_32x8d>, info},
          {"resnext101_64x4d", &make<resnext101_64x4d>, info},
          {"wide_resnet50_2", &make<wide_resnet50_2>, info},
          {"wide_resnet101_2", &make<wide_resnet101_2>, info}};
}

}  // namespace hearth::vision::models
