// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/mnasnet.h"

#include "hearth/nn/init.h"
#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/normalization.h"

#include "models/initialize.h"
#include "models/make_divisible.h"
#include "models/registry.h"

namespace hearth::vision::models {
namespace {

/// A convolution, batch norm and, unless it is a bottleneck's end, ReLU.
void add_layer(nn::Sequential& layers, const nn::Conv2dOptions& conv, bool relu = true) {
  layers->push_back(nn::Conv2d(nn::Conv2dOptions(conv).bias(false)));
  layers->push_back(nn::BatchNorm2d(nn::BatchNorm2dOptions(conv.out_channels()).momentum(3e-4)));
  if (relu) layers->push_back(nn::ReLU(nn::ReLUOptions(true)));
}
nn::Conv2dOptions pointwise(int64_t in, int64_t out) { return {in, out, 1}; }
nn::Conv2dOptions depthwise(int64_t channels, int64_t kernel, int64_t stride) {
  return nn::Conv2dOptions(channels, channels, kernel)
      .padding(kernel / 2)
      .stride(stride)
      .groups(channels);
}

/// Blocks of one size.
struct Stage {
  int64_t kernel, stride, expansion, blocks;
};
constexpr Stage kStages[] = {{3, 2, 3, 3}, {5, 2, 3, 3}, {5, 2, 6, 3},
                             {3, 1, 6, 2}, {5, 2, 6, 4}, {3, 1, 6, 1}};

class InvertedResidualImpl : public nn::Module {
 public:
  InvertedResidualImpl(int64_t in, int64_t out, int64_t stride, const Stage& stage)
      : residual_(in == out && stride == 1) {
    const int64_t hidden = in * stage.expansion;
    add_layer(layers_, pointwise(in, hidden));
    add_layer(layers_, depthwise(hidden, stage.kernel, stride));
    add_layer(layers_, pointwise(hidden, out), false);
    register_module("layers", layers_);
  }
  Tensor forward(const Tensor& x) {
    const Tensor y = layers_(x);
    return residual_ ? y.add_(x) : y;
  }

 private:
  nn::Sequential layers_;
  bool residual_;
};
HEARTH_MODULE(InvertedResidual);

}  // namespace

MNASNetImpl::MNASNetImpl(double alpha, const ModelOptions& options) : alpha_(alpha) {
  HEARTH_CHECK_AS(ValueError, alpha > 0, "[MNASNet] expected a positive alpha, got ", alpha);
  const auto scaled = [alpha](int64_t channels) {
    return make_divisible(static_cast<double>(channels) * alpha, 8);
  };
  const int64_t first = scaled(32);
  int64_t in = scaled(16);
  add_layer(layers_, nn::Conv2dOptions(options.in_channels(), first, 3).padding(1).stride(2));
  add_layer(layers_, depthwise(first, 3, 1));
  add_layer(layers_, pointwise(first, in), false);
  constexpr int64_t kChannels[] = {24, 40, 80, 96, 192, 320};
  for (size_t i = 0; i < std::size(kStages); ++i) {
    const int64_t out = scaled(kChannels[i]);
    nn::Sequential blocks;
    for (int64_t block = 0; block < kStages[i].blocks; ++block) {
      blocks->push_back(InvertedResidual(in, out, block == 0 ? kStages[i].stride : 1, kStages[i]));
      in = out;
    }
    layers_->push_back(blocks);
  }
  constexpr int64_t kLast = 1280;
  add_layer(layers_, pointwise(in, kLast));
  classifier_ =
      nn::Sequential(nn::Dropout(nn::DropoutOptions(options.dropout().value_or(0.2)).inplace(true)),
                     nn::Linear(kLast, options.num_classes()));
  register_module("layers", layers_);
  register_module("classifier", classifier_);
  initialize_convolutional(*this);
  nn::init::kaiming_uniform_(classifier_->at<nn::LinearImpl>(1).weight, 0, kFanOut, kSigmoid);
}

MNASNetImpl::~MNASNetImpl() = default;

Tensor MNASNetImpl::forward(const Tensor& images) {
  return classifier_(layers_(images).mean(IntArrayRef{2, 3}));
}

void MNASNetImpl::upgrade_state(OrderedDict<std::string, Tensor>&, const std::string&,
                                std::optional<int64_t> version) const {
  HEARTH_CHECK_AS(ValueError, alpha_ == 1 || version.value_or(2) >= 2,
                  "[MNASNet] this is a state of version ", *version,
                  ", whose stem no longer exists; expected version 2");
}

MNASNet mnasnet0_5(const ModelOptions& o) { return MNASNet(0.5, o); }
MNASNet mnasnet0_75(const ModelOptions& o) { return MNASNet(0.75, o); }
MNASNet mnasnet1_0(const ModelOptions& o) { return MNASNet(1.0, o); }
MNASNet mnasnet1_3(const ModelOptions& o) { return MNASNet(1.3, o); }

std::vector<ModelRow> mnasnet_models() {
  const ModelInfo info{.hints = {.epochs = 4, .lr = 2e-3}};
  return {{"mnasnet0_5", &make<mnasnet0_5>, info},
          {"mnasnet0_75", &make<mnasnet0_75>, info},
          {"mnasnet1_0", &make<mnasnet1_0>, info},
          {"mnasnet1_3", &make<mnasnet1_3>, info}};
}

}  // namespace hearth::vision::models
