// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/maxvit.h"

#include <cmath>

#include "hearth/nn/init.h"
#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/ops/attention.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"
#include "hearth/vision/ops/layers.h"

#include "models/registry.h"
#include "models/relative_position.h"

namespace hearth::vision::models {
namespace {

using ops::Activation;
using ops::Conv2dNormActivationOptions;
using ops::Norm;

const ops::NormLayer kNorm{Norm::BatchNorm2d, 1e-3, 0.01};

/// An inverted residual with a norm before it; what goes past it is averaged and projected where
/// the shape changes.
class MBConvImpl : public nn::Module {
 public:
  MBConvImpl(int64_t in, int64_t out, int64_t stride, double stochastic_depth)
      : stochastic_depth_(stochastic_depth) {
    if (stride != 1 || in != out) {
      if (stride == 2)
        proj_->push_back(nn::AvgPool2d(nn::AvgPool2dOptions(3).stride(2).padding(1)));
      proj_->push_back(nn::Conv2d(nn::Conv2dOptions(in, out, 1)));
    }
    const int64_t wide = 4 * out;
    const auto convolution = [&](int64_t from, int64_t kernel) {
      return Conv2dNormActivationOptions(from, wide, kernel)
          .norm_layer(kNorm)
          .activation(Activation::GELU);
    };
    layers_->push_back("pre_norm", ops::make_norm(kNorm, in));
    layers_->push_back("conv_a", ops::Conv2dNormActivation(convolution(in, 1)));
    layers_->push_back("conv_b",
                       ops::Conv2dNormActivation(convolution(wide, 3).stride(stride).groups(wide)));
    layers_->push_back("squeeze_excitation",
                       ops::SqueezeExcitation(wide, out / 4, Activation::SiLU));
    layers_->push_back("conv_c", nn::Conv2d(nn::Conv2dOptions(wide, out, 1)));
    register_module("proj", proj_);
    register_module("stochastic_depth", stochastic_depth_);
    register_module("layers", layers_);
  }
  Tensor forward(const Tensor& input) {
    const Tensor past = proj_->is_empty() ? input : proj_(input);
    return stochastic_depth_(layers_(input)).add_(past);
  }

 private:
  nn::Sequential proj_, layers_;
  ops::StochasticDepth stochastic_depth_;
};
HEARTH_MODULE(MBConv);

/// Attention among the positions of each group, with a bias by how far they are apart:
/// [N, groups, positions, features].
class RelativePositionalMultiHeadAttentionImpl : public nn::Module {
 public:
  RelativePositionalMultiHeadAttentionImpl(int64_t dim, int64_t head_dim, int64_t side)
      : dim_(dim), heads_(dim / head_dim), side_(side), to_qkv_(dim, 3 * dim), merge_(dim, dim) {
    const int64_t offsets = 2 * side - 1;
    register_module("to_qkv", to_qkv_);
    register_module("merge", merge_);
    table_ = register_parameter("relative_position_bias_table", empty({offsets * offsets, heads_}));
    nn::init::trunc_normal_(table_, 0, 0.02);
    index_ = register_buffer("relative_position_index",
                             relative_position_index(side).view({side * side, side * side}));
  }
  Tensor forward(const Tensor& x) {
    // [3, N, groups, heads, positions, features]
    const Tensor qkv = to_qkv_(x)
                           .view({x.size(0), x.size(1), x.size(2), 3, heads_, dim_ / heads_})
                           .permute({3, 0, 1, 4, 2, 5});
    const Tensor bias = relative_position_bias(table_, index_.view({-1}), side_)
                            .expand({x.size(0), x.size(1), heads_, x.size(2), x.size(2)});
    // By the number of all features, not of one head's.
    const double scale = 1 / std::sqrt(static_cast<double>(dim_));
    const Tensor out =
        scaled_dot_product_attention(qkv.select(0, 0), qkv.select(0, 1), qkv.select(0, 2), bias, 0,
                                     /*is_causal=*/false, scale);
    return merge_(out.permute({0, 1, 3, 2, 4}).reshape(x.sizes()));
  }

 private:
  int64_t dim_, heads_, side_;
  nn::Linear to_qkv_, merge_;
  Tensor table_, index_;
};
HEARTH_MODULE(RelativePositionalMultiHeadAttention);

/// Which positions attend to each other: neighbours in a window, or those that lie as far apart as
/// windows are wide.
enum class Partition : int8_t { Window, Grid };

class PartitionAttentionLayerImpl : public nn::Module {
 public:
  PartitionAttentionLayerImpl(const MaxVitConfig& config, int64_t dim, Partition partition,
                              double dropout, double stochastic_depth)
      : partition_(partition), side_(config.partition_size), stochastic_dropout_(stochastic_depth) {
    attn_layer_->push_back(nn::LayerNorm(nn::LayerNormOptions({dim})));
    attn_layer_->push_back(RelativePositionalMultiHeadAttention(dim, config.head_dim, side_));
    attn_layer_->push_back(nn::Dropout(dropout));
    mlp_layer_->push_back(nn::LayerNorm(nn::LayerNormOptions({dim})));
    mlp_layer_->push_back(nn::Linear(dim, 4 * dim));
    mlp_layer_->push_back(nn::GELU());
    mlp_layer_->push_back(nn::Linear(4 * dim, dim));
    mlp_layer_->push_back(nn::Dropout(dropout));
    register_module("attn_layer", attn_layer_);
    register_module("mlp_layer", mlp_layer_);
    register_module("stochastic_dropout", stochastic_dropout_);
  }
  /// [N, C, H, W] to the same.
  Tensor forward(const Tensor& input) {
    const int64_t n = input.size(0), c = input.size(1), rows = input.size(2) / side_,
                  cols = input.size(3) / side_;
    HEARTH_CHECK_AS(ShapeError, rows * side_ == input.size(2) && cols * side_ == input.size(3),
                    "[MaxVit] expected images whose features can be cut into windows of ", side_,
                    " x ", side_, " (224 x 224 can), got features of ", input.size(2), " x ",
                    input.size(3));
    const bool window = partition_ == Partition::Window;
    // Rows and columns are split in two dims each, of which one pair becomes positions.
    Tensor x = window ? input.reshape({n, c, rows, side_, cols, side_}).permute({0, 2, 4, 3, 5, 1})
                      : input.reshape({n, c, side_, rows, side_, cols}).permute({0, 3, 5, 2, 4, 1});
    x = x.reshape({n, rows * cols, side_ * side_, c});
    x = stochastic_dropout_(attn_layer_(x)).add_(x);
    x = stochastic_dropout_(mlp_layer_(x)).add_(x);
    return x.view({n, rows, cols, side_, side_, c})
        .permute(window ? IntArrayRef{0, 5, 1, 3, 2, 4} : IntArrayRef{0, 5, 3, 1, 4, 2})
        .reshape(input.sizes());
  }

 private:
  Partition partition_;
  int64_t side_;
  nn::Sequential attn_layer_, mlp_layer_;
  ops::StochasticDepth stochastic_dropout_;
};
HEARTH_MODULE(PartitionAttentionLayer);

/// A convolution, attention within windows, attention across them.
class MaxVitLayerImpl : public nn::Module {
 public:
  MaxVitLayerImpl(const MaxVitConfig& config, int64_t in, int64_t out, int64_t stride,
                  double dropout, double stochastic_depth) {
    layers_->push_back("MBconv", MBConv(in, out, stride, stochastic_depth));
    layers_->push_back("window_attention", PartitionAttentionLayer(config, out, Partition::Window,
                                                                   dropout, stochastic_depth));
    layers_->push_back("grid_attention", PartitionAttentionLayer(config, out, Partition::Grid,
                                                                 dropout, stochastic_depth));
    register_module("layers", layers_);
  }
  Tensor forward(const Tensor& input) { return layers_(input); }

 private:
  nn::Sequential layers_;
};
HEARTH_MODULE(MaxVitLayer);

class MaxVitBlockImpl : public nn::Module {
 public:
  explicit MaxVitBlockImpl(const nn::Sequential& layers) : layers_(layers) {
    register_module("layers", layers_);
  }
  Tensor forward(const Tensor& input) { return layers_(input); }

 private:
  nn::Sequential layers_;
};
HEARTH_MODULE(MaxVitBlock);

void initialize(const nn::Module& network) {
  const auto start = [](const Tensor& weight, const Tensor& bias) {
    nn::init::normal_(weight, 0, 0.02);
    if (bias.defined()) nn::init::zeros_(bias);
  };
  for (const auto& module : network.modules(false)) {
    if (auto* convolution = module->as<nn::Conv2d>()) start(convolution->weight, convolution->bias);
    if (auto* layer = module->as<nn::Linear>()) start(layer->weight, layer->bias);
  }
}

void check_size(const MaxVitConfig& config, const Size& size) {
  for (size_t block = 0; block < config.block_channels.size(); ++block) {
    const int64_t step = int64_t{4} << block;
    const auto fits = [&](int64_t n) { return (n + step - 1) / step % config.partition_size == 0; };
    HEARTH_CHECK_AS(ValueError, fits(size.height) && fits(size.width),
                    "[MaxVit] expected images whose features can be cut into windows of ",
                    config.partition_size, " x ", config.partition_size,
                    " after each block (224 x 224 can), got ", size.height, " x ", size.width);
  }
}

}  // namespace

MaxVitImpl::MaxVitImpl(const MaxVitConfig& config, const ModelOptions& options) {
  check_size(config, options.image_size());
  stem_->push_back(ops::Conv2dNormActivation(
      Conv2dNormActivationOptions(options.in_channels(), config.stem_channels)
          .stride(2)
          .norm_layer(kNorm)
          .activation(Activation::GELU)));
  stem_->push_back(ops::Conv2dNormActivation(
      Conv2dNormActivationOptions(config.stem_channels, config.stem_channels)
          .norm_layer({Norm::None})
          .activation(Activation::None)));
  int64_t all = 0, before = 0, channels = config.stem_channels;
  for (const int64_t layers : config.block_layers) all += layers;
  for (size_t block = 0; block < config.block_channels.size(); ++block) {
    nn::Sequential layers;
    for (int64_t i = 0; i < config.block_layers[block]; ++i) {
      const double p = config.stochastic_depth_prob * static_cast<double>(before++) /
                       static_cast<double>(all - 1);
      layers->push_back(MaxVitLayer(config, channels, config.block_channels[block], i == 0 ? 2 : 1,
                                    options.dropout().value_or(0), p));
      channels = config.block_channels[block];
    }
    blocks_->push_back(MaxVitBlock(layers));
  }
  classifier_->push_back(nn::AdaptiveAvgPool2d(1));
  classifier_->push_back(nn::Flatten());
  classifier_->push_back(nn::LayerNorm(nn::LayerNormOptions({channels})));
  classifier_->push_back(nn::Linear(channels, channels));
  classifier_->push_back(nn::Tanh());
  classifier_->push_back(
      nn::Linear(nn::LinearOptions(channels, options.num_classes()).bias(false)));
  register_module("stem", stem_);
  register_module("blocks", blocks_);
  register_module("classifier", classifier_);
  initialize(*this);
}

MaxVitImpl::~MaxVitImpl() = default;

Tensor MaxVitImpl::forward(const Tensor& images) { return classifier_(blocks_(stem_(images))); }

MaxVit maxvit_t(const ModelOptions& options) { return MaxVit(MaxVitConfig{}, options); }

std::vector<ModelRow> maxvit_models() {
  return {{"maxvit_t", &make<maxvit_t>, {.smallest = 221, .resize_size = 224}}};
}

}  // namespace hearth::vision::models
