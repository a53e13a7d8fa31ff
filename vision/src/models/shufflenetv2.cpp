// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/shufflenetv2.h"

#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/ops/view.h"

#include "models/registry.h"

namespace hearth::vision::models {
namespace {

nn::Conv2d pointwise(int64_t in, int64_t out) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, 1).bias(false));
}
nn::Conv2d depthwise(int64_t channels, int64_t stride) {
  return nn::Conv2d(nn::Conv2dOptions(channels, channels, 3)
                        .stride(stride)
                        .padding(1)
                        .groups(channels)
                        .bias(false));
}
nn::ReLU relu() { return nn::ReLU(nn::ReLUOptions(true)); }

/// Channels of two groups, one of each in turn.
Tensor shuffle(const Tensor& x) {
  return x.unflatten(1, {2, x.size(1) / 2}).transpose(1, 2).flatten(1, 2);
}

class InvertedResidualImpl : public nn::Module {
 public:
  InvertedResidualImpl(int64_t in, int64_t out, int64_t stride) : splits_(stride == 1) {
    const int64_t half = out / 2;
    if (!splits_)
      branch1_ = nn::Sequential(depthwise(in, stride), nn::BatchNorm2d(in), pointwise(in, half),
                                nn::BatchNorm2d(half), relu());
    branch2_ = nn::Sequential(pointwise(splits_ ? half : in, half), nn::BatchNorm2d(half), relu(),
                              depthwise(half, stride), nn::BatchNorm2d(half), pointwise(half, half),
                              nn::BatchNorm2d(half), relu());
    register_module("branch1", branch1_);
    register_module("branch2", branch2_);
  }
  Tensor forward(const Tensor& x) {
    if (!splits_) return shuffle(cat({branch1_(x), branch2_(x)}, 1));
    const std::vector<Tensor> halves = x.chunk(2, 1);
    return shuffle(cat({halves[0], branch2_(halves[1])}, 1));
  }

 private:
  nn::Sequential branch1_, branch2_;
  bool splits_;
};
HEARTH_MODULE(InvertedResidual);

}  // namespace

ShuffleNetV2Impl::ShuffleNetV2Impl(const std::array<int64_t, 3>& stages_repeats,
                                   const std::array<int64_t, 5>& stages_out_channels,
                                   const ModelOptions& options)
    : maxpool_(nn::MaxPool2dOptions(3).stride(2).padding(1)),
      fc_(stages_out_channels[4], options.num_classes()) {
  int64_t in = stages_out_channels[0];
  conv1_ = nn::Sequential(
      nn::Conv2d(nn::Conv2dOptions(options.in_channels(), in, 3).stride(2).padding(1).bias(false)),
      nn::BatchNorm2d(in), relu());
  register_module("conv1", conv1_);
  register_module("maxpool", maxpool_);
  for (size_t i = 0; i < stages_repeats.size(); ++i) {
    const int64_t out = stages_out_channels[i + 1];
    nn::Sequential stage;
    for (int64_t block = 0; block < stages_repeats[i]; ++block) {
      stage->push_back(InvertedResidual(in, out, block == 0 ? 2 : 1));
      in = out;
    }
    stages_.push_back(register_module(cat_str("stage", i + 2), stage));
  }
  conv5_ = nn::Sequential(pointwise(in, stages_out_channels[4]),
                          nn::BatchNorm2d(stages_out_channels[4]), relu());
  register_module("conv5", conv5_);
  register_module("fc", fc_);
}

ShuffleNetV2Impl::~ShuffleNetV2Impl() = default;

Tensor ShuffleNetV2Impl::forward(const Tensor& images) {
  Tensor x = maxpool_(conv1_(images));
  for (nn::Sequential& stage : stages_) x = stage(x);
  return fc_(conv5_(x).mean(IntArrayRef{2, 3}));
}

namespace {

ShuffleNetV2 shufflenet(const std::array<int64_t, 5>& channels, const ModelOptions& options) {
  return ShuffleNetV2(std::array<int64_t, 3>{4, 8, 4}, channels, options);
}

}  // namespace

ShuffleNetV2 shufflenet_v2_x0_5(const ModelOptions& o) {
  return shufflenet({24, 48, 96, 192, 1024}, o);
}
ShuffleNetV2 shufflenet_v2_x1_0(const ModelOptions& o) {
  return shufflenet({24, 116, 232, 464, 1024}, o);
}
ShuffleNetV2 shufflenet_v2_x1_5(const ModelOptions& o) {
  return shufflenet({24, 176, 352, 704, 1024}, o);
}
ShuffleNetV2 shufflenet_v2_x2_0(const ModelOptions& o) {
  return shufflenet({24, 244, 488, 976, 2048}, o);
}

std::vector<ModelRow> shufflenetv2_models() {
  const ModelInfo info{.hints = {.epochs = 4, .lr = 2e-3}};
  return {{"shufflenet_v2_x0_5", &make<shufflenet_v2_x0_5>, info},
          {"shufflenet_v2_x1_0", &make<shufflenet_v2_x1_0>, info},
          {"shufflenet_v2_x1_5", &make<shufflenet_v2_x1_5>, info},
          {"shufflenet_v2_x2_0", &make<shufflenet_v2_x2_0>, info}};
}

}  // namespace hearth::vision::models
