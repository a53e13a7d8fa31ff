// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/regnet.h"

#include <cmath>

#include "hearth/nn/init.h"

#include "models/make_divisible.h"
#include "models/registry.h"

namespace hearth::vision::models {
namespace {

using ops::Activation;
using ops::Conv2dNormActivation;

constexpr int64_t kStemWidth = 32;

struct Stage {
  int64_t width, depth, group_width;
};

/// Widths of blocks lie on a line, are rounded to powers of w_m and then to multiples of 8; blocks
/// of one width are a stage. In single precision, as the published networks were computed.
std::vector<Stage> stages_of(const RegNetConfig& config) {
  HEARTH_CHECK_AS(ValueError,
                  config.depth >= 1 && config.w_a >= 0 && config.w_0 > 0 && config.w_m > 1 &&
                      config.w_0 % 8 == 0 && config.group_width >= 1,
                  "[RegNet] expected depth >= 1, w_a >= 0, w_0 a multiple of 8, w_m > 1 and "
                  "group_width >= 1, got ",
                  config.depth, ", ", config.w_a, ", ", config.w_0, ", ", config.w_m, " and ",
                  config.group_width);
  const auto w_0 = static_cast<float>(config.w_0), w_a = static_cast<float>(config.w_a),
             w_m = static_cast<float>(config.w_m);
  const auto log_w_m = static_cast<float>(std::log(config.w_m));
  std::vector<Stage> stages;
  for (int64_t i = 0; i < config.depth; ++i) {
    const float width = static_cast<float>(i) * w_a + w_0;
    const float power = std::nearbyint(std::log(width / w_0) / log_w_m);
    const auto rounded =
        static_cast<int64_t>(std::nearbyint(w_0 * std::pow(w_m, power) / 8.0F) * 8.0F);
    if (stages.empty() || stages.back().width != rounded)
      stages.push_back({rounded, 0, config.group_width});
    ++stages.back().depth;
  }
  for (Stage& stage : stages) {
    stage.group_width = std::min(stage.group_width, stage.width);
    stage.width = make_divisible(static_cast<double>(stage.width), stage.group_width);
  }
  return stages;
}

Conv2dNormActivation convolution(int64_t in, int64_t out, int64_t kernel, int64_t stride,
                                 Activation activation, int64_t groups = 1) {
  return Conv2dNormActivation(ops::Conv2dNormActivationOptions(in, out, kernel)
                                  .stride(stride)
                                  .groups(groups)
                                  .activation(activation));
}

class ResBottleneckBlockImpl : public nn::Module {
 public:
  ResBottleneckBlockImpl(int64_t in, const Stage& stage, int64_t stride, bool squeeze_excitation) {
    const int64_t width = stage.width;
    if (in != width || stride != 1) {
      proj_ = convolution(in, width, 1, stride, Activation::None);
      register_module("proj", proj_);
    }
    f_->push_back("a", convolution(in, width, 1, 1, Activation::ReLU));
    f_->push_back(
        "b", convolution(width, width, 3, stride, Activation::ReLU, width / stage.group_width));
    // A quarter of what the block takes, as Python rounds it.
    if (squeeze_excitation)
      f_->push_back(
          "se", ops::SqueezeExcitation(
                    width, static_cast<int64_t>(std::nearbyint(0.25 * static_cast<double>(in)))));
    f_->push_back("c", convolution(width, width, 1, 1, Activation::None));
    register_module("f", f_);
  }
  Tensor forward(const Tensor& x) { return f_(x).add_(proj_ ? proj_(x) : x).relu_(); }

 private:
  Conv2dNormActivation proj_{nullptr};
  nn::Sequential f_;
};
HEARTH_MODULE(ResBottleneckBlock);

}  // namespace

RegNetImpl::RegNetImpl(const RegNetConfig& config, const ModelOptions& options)
    : stem_(convolution(options.in_channels(), kStemWidth, 3, 2, Activation::ReLU)), avgpool_(1) {
  register_module("stem", stem_);
  int64_t in = kStemWidth, number = 0;
  for (const Stage& stage : stages_of(config)) {
    nn::Sequential blocks;
    ++number;
    for (int64_t i = 0; i < stage.depth; ++i) {
      blocks->push_back(cat_str("block", number, "-", i),
                        ResBottleneckBlock(in, stage, i == 0 ? 2 : 1, config.squeeze_excitation));
      in = stage.width;
    }
    trunk_output_->push_back(cat_str("block", number), blocks);
  }
  register_module("trunk_output", trunk_output_);
  register_module("avgpool", avgpool_);
  fc_ = nn::Linear(in, options.num_classes());
  register_module("fc", fc_);

  for (const auto& module : modules(false)) {
    if (auto* layer = module->as<nn::Conv2d>()) {
      // Whatever the groups are.
      const Tensor& weight = layer->weight;
      const int64_t fan_out = weight.size(0) * weight.size(2) * weight.size(3);
      nn::init::normal_(weight, 0, std::sqrt(2.0 / static_cast<double>(fan_out)));
    } else if (auto* last = module->as<nn::Linear>()) {
      nn::init::normal_(last->weight, 0, 0.01);
      nn::init::zeros_(last->bias);
    }
  }
}

RegNetImpl::~RegNetImpl() = default;

Tensor RegNetImpl::forward(const Tensor& images) {
  return fc_(avgpool_(trunk_output_(stem_(images))).flatten(1));
}

namespace {

constexpr RegNetConfig kY400MF{16, 48, 27.89, 2.09, 8, true}, kY800MF{14, 56, 38.84, 2.4, 16, true},
    kY1600MF{27, 48, 20.71, 2.65, 24, true}, kY3200MF{21, 80, 42.63, 2.66, 24, true},
    kY8GF{17, 192, 76.82, 2.19, 56, true}, kY16GF{18, 200, 106.23, 2.48, 112, true},
    kY32GF{20, 232, 115.89, 2.53, 232, true}, kY128GF{27, 456, 160.83, 2.52, 264, true},
    kX400MF{22, 24, 24.48, 2.54, 16, false}, kX800MF{16, 56, 35.73, 2.28, 16, false},
    kX1600MF{18, 80, 34.01, 2.25, 24, false}, kX3200MF{25, 88, 26.31, 2.25, 48, false},
    kX8GF{23, 80, 49.56, 2.88, 120, false}, kX16GF{22, 216, 55.59, 2.1, 128, false},
    kX32GF{23, 320, 69.86, 2.0, 168, false};

}  // namespace

RegNet regnet_y_400mf(const ModelOptions& options) { return RegNet(kY400MF, options); }
RegNet regnet_y_800mf(const ModelOptions& options) { return RegNet(kY800MF, options); }
RegNet regnet_y_1_6gf(const ModelOptions& options) { return RegNet(kY1600MF, options); }
RegNet regnet_y_3_2gf(const ModelOptions& options) { return RegNet(kY3200MF, options); }
RegNet regnet_y_8gf(const ModelOptions& options) { return RegNet(kY8GF, options); }
RegNet regnet_y_16gf(const ModelOptions& options) { return RegNet(kY16GF, options); }
RegNet regnet_y_32gf(const ModelOptions& options) { return RegNet(kY32GF, options); }
RegNet regnet_y_128gf(const ModelOptions& options) { return RegNet(kY128GF, options); }
RegNet regnet_x_400mf(const ModelOptions& options) { return RegNet(kX400MF, options); }
RegNet regnet_x_800mf(const ModelOptions& options) { return RegNet(kX800MF, options); }
RegNet regnet_x_1_6gf(const ModelOptions& options) { return RegNet(kX1600MF, options); }
RegNet regnet_x_3_2gf(const ModelOptions& options) { return RegNet(kX3200MF, options); }
RegNet regnet_x_8gf(const ModelOptions& options) { return RegNet(kX8GF, options); }
RegNet regnet_x_16gf(const ModelOptions& options) { return RegNet(kX16GF, options); }
RegNet regnet_x_32gf(const ModelOptions& options) { return RegNet(kX32GF, options); }

std::vector<ModelRow> regnet_models() {
  return {{"regnet_y_400mf", &make<regnet_y_400mf>}, {"regnet_y_800mf", &make<regnet_y_800mf>},
          {"regnet_y_1_6gf", &make<regnet_y_1_6gf>}, {"regnet_y_3_2gf", &make<regnet_y_3_2gf>},
          {"regnet_y_8gf", &make<regnet_y_8gf>},     {"regnet_y_16gf", &make<regnet_y_16gf>},
          {"regnet_y_32gf", &make<regnet_y_32gf>},   {"regnet_y_128gf", &make<regnet_y_128gf>},
          {"regnet_x_400mf", &make<regnet_x_400mf>}, {"regnet_x_800mf", &make<regnet_x_800mf>},
          {"regnet_x_1_6gf", &make<regnet_x_1_6gf>}, {"regnet_x_3_2gf", &make<regnet_x_3_2gf>},
          {"regnet_x_8gf", &make<regnet_x_8gf>},     {"regnet_x_16gf", &make<regnet_x_16gf>},
          {"regnet_x_32gf", &make<regnet_x_32gf>}};
}

}  // namespace hearth::vision::models
