// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/swin_transformer.h"

#include <algorithm>
#include <cmath>

#include "hearth/nn/init.h"
#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/ops/attention.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/view.h"
#include "hearth/vision/ops/layers.h"

#include "models/registry.h"
#include "models/relative_position.h"

namespace hearth::vision::models {
namespace {

/// Features [N, H, W, C] cut into windows: how they are padded and shifted for it.
struct Windows {
  Windows(IntArrayRef sizes, int64_t window, int64_t shift)
      : side(window),
        rows((sizes[1] + window - 1) / window),
        cols((sizes[2] + window - 1) / window) {
    // Where one window covers everything there is nothing to shift.
    shift_rows = rows > 1 ? shift : 0;
    shift_cols = cols > 1 ? shift : 0;
    pad_rows = rows * side - sizes[1];
    pad_cols = cols * side - sizes[2];
  }
  bool shifted() const { return shift_rows + shift_cols > 0; }
  int64_t count() const { return rows * cols; }
  int64_t length() const { return side * side; }

  int64_t side, rows, cols;
  int64_t shift_rows = 0, shift_cols = 0, pad_rows = 0, pad_cols = 0;
};

/// [N, H, W, C] to [N, windows, positions, C].
Tensor cut(const Tensor& input, const Windows& w) {
  Tensor x = input;
  if (w.pad_rows + w.pad_cols > 0) x = constant_pad_nd(x, {0, 0, 0, w.pad_cols, 0, w.pad_rows});
  if (w.shifted()) x = x.roll({-w.shift_rows, -w.shift_cols}, {1, 2});
  return x.reshape({x.size(0), w.rows, w.side, w.cols, w.side, x.size(3)})
      .permute({0, 1, 3, 2, 4, 5})
      .reshape({x.size(0), w.count(), w.length(), x.size(3)});
}

/// The way back, of heads [N, windows, heads, positions, features], before it is undone that they
/// were shifted and padded.
Tensor joined(const Tensor& heads, const Windows& w) {
  const int64_t n = heads.size(0), h = heads.size(2), d = heads.size(4);
  return heads.reshape({n, w.rows, w.cols, h, w.side, w.side, d})
      .permute({0, 1, 4, 2, 5, 3, 6})
      .reshape({n, w.rows * w.side, w.cols * w.side, h * d});
}

Tensor unshifted(const Tensor& input, const Windows& w) {
  Tensor x = input;
  if (w.shifted()) x = x.roll({w.shift_rows, w.shift_cols}, {1, 2});
  return x.slice(1, 0, x.size(1) - w.pad_rows).slice(2, 0, x.size(2) - w.pad_cols);
}

/// -100 between positions of a window that only shifting brought together, else 0:
/// [windows, 1, positions, positions].
Tensor shift_mask(const Windows& w, const TensorOptions& options) {
  // Which of the three stripes a row or column is in: those that stay, and the two parts of the
  // last window.
  const auto stripe = [&](int64_t at, int64_t count, int64_t shift) {
    const int64_t end = count * w.side;
    if (shift == 0) return 0;
    return at < end - w.side ? 0 : at < end - shift ? 1 : 2;
  };
  const int64_t length = w.length();
  Tensor mask = empty({w.count(), 1, length, length}, TensorOptions(kFloat).device(kCPU));
  auto* to = mask.data_ptr<float>();
  std::vector<int> region(static_cast<size_t>(length));
  for (int64_t window = 0; window < w.count(); ++window) {
    for (int64_t i = 0; i < length; ++i) {
      const int64_t y = window / w.cols * w.side + i / w.side,
                    x = window % w.cols * w.side + i % w.side;
      region[static_cast<size_t>(i)] =
          3 * stripe(y, w.rows, w.shift_rows) + stripe(x, w.cols, w.shift_cols);
    }
    for (const int a : region)
      for (const int b : region) *to++ = a == b ? 0.0F : -100.0F;
  }
  return mask.to(options);
}

/// Version 2's offsets, on a logarithmic scale: [1, 2 * side - 1, 2 * side - 1, 2].
Tensor log_offsets(int64_t side) {
  const int64_t n = 2 * side - 1;
  const Tensor line = arange(n, kFloat).sub(side - 1).div(side - 1).mul(8);
  const Tensor scaled = line.sign() * (line.abs() + 1).log2() / 3;
  return stack({scaled.unsqueeze(1).expand({n, n}), scaled.unsqueeze(0).expand({n, n})}, 2)
      .unsqueeze(0);
}

/// Attention within windows, shifted by half of one in every other block. [N, H, W, C].
class ShiftedWindowAttentionImpl : public nn::Module {
 public:
  ShiftedWindowAttentionImpl(int64_t dim, int64_t heads, int64_t window, int64_t shift, bool v2,
                             double dropout)
      : heads_(heads),
        window_(window),
        shift_(shift),
        qkv_(dim, 3 * dim),
        proj_(dim, dim),
        dropout_(dropout) {
    const int64_t offsets = 2 * window - 1;
    register_module("qkv", qkv_);
    register_module("proj", proj_);
    if (v2) {
      logit_scale_ = register_parameter("logit_scale", full({heads, 1, 1}, std::log(10.0), kFloat));
      coords_ = register_buffer("relative_coords_table", log_offsets(window));
      cpb_mlp_ = nn::Sequential(nn::Linear(2, 512), nn::ReLU(),
                                nn::Linear(nn::LinearOptions(512, heads).bias(false)));
      register_module("cpb_mlp", cpb_mlp_);
    } else {
      table_ =
          register_parameter("relative_position_bias_table", empty({offsets * offsets, heads}));
      nn::init::trunc_normal_(table_, 0, 0.02);
    }
    index_ = register_buffer("relative_position_index", relative_position_index(window));
    register_module("dropout", dropout_);
  }

  Tensor forward(const Tensor& input) {
    const Windows windows(input.sizes(), window_, shift_);
    const Tensor x = cut(input, windows);
    const int64_t d = x.size(3) / heads_;
    // [3, N, windows, heads, positions, features]
    const Tensor qkv = nn::functional::linear(x, qkv_->weight, qkv_bias())
                           .reshape({x.size(0), x.size(1), x.size(2), 3, heads_, d})
                           .permute({3, 0, 1, 4, 2, 5});
    Tensor q = qkv.select(0, 0), k = qkv.select(0, 1);
    std::optional<double> scale;
    if (logit_scale_.defined()) {
      q = unit(q) * logit_scale_.clamp_max(std::log(100.0)).exp();
      k = unit(k);
      scale = 1;
    }
    Tensor mask = bias();
    if (windows.shifted()) mask = mask + shift_mask(windows, mask.options());
    mask = mask.expand({x.size(0), x.size(1), heads_, x.size(2), x.size(2)});
    const Tensor out =
        scaled_dot_product_attention(q, k, qkv.select(0, 2), mask, 0, /*is_causal=*/false, scale);
    return unshifted(dropout_(proj_(joined(out, windows))), windows);
  }

 private:
  /// Version 2 has no bias of keys, whatever the weights say.
  Tensor qkv_bias() const {
    if (!logit_scale_.defined()) return qkv_->bias;
    const int64_t dim = qkv_->bias.size(0) / 3;
    return cat({qkv_->bias.slice(0, 0, dim), zeros_like(qkv_->bias.slice(0, dim, 2 * dim)),
                qkv_->bias.slice(0, 2 * dim)});
  }
  static Tensor unit(const Tensor& x) {
    return nn::functional::normalize(x, nn::functional::NormalizeFuncOptions().dim(-1));
  }
  /// What is added to scores: [1, heads, positions, positions].
  Tensor bias() {
    const Tensor table = cpb_mlp_ ? cpb_mlp_(coords_).view({-1, heads_}) : table_;
    const Tensor bias = relative_position_bias(table, index_, window_);
    return cpb_mlp_ ? bias.sigmoid() * 16 : bias;
  }

  int64_t heads_, window_, shift_;
  nn::Linear qkv_, proj_;
  nn::Dropout dropout_;
  Tensor table_, index_, logit_scale_, coords_;
  nn::Sequential cpb_mlp_{nullptr};
};
HEARTH_MODULE(ShiftedWindowAttention);

nn::LayerNorm norm(int64_t dim) { return nn::LayerNorm(nn::LayerNormOptions({dim}).eps(1e-5)); }

class SwinTransformerBlockImpl : public nn::Module {
 public:
  SwinTransformerBlockImpl(const SwinTransformerConfig& config, size_t stage, bool shifted,
                           double stochastic_depth, double dropout)
      : v2_(config.v2),
        norm1_(norm(config.embed_dim << stage)),
        norm2_(norm(config.embed_dim << stage)),
        attn_(config.embed_dim << stage, config.num_heads[stage], config.window_size,
              shifted ? config.window_size / 2 : 0, config.v2, dropout),
        stochastic_depth_(stochastic_depth),
        mlp_(config.embed_dim << stage,
             std::vector<int64_t>{4 * (config.embed_dim << stage), config.embed_dim << stage},
             ops::Activation::GELU, dropout) {
    register_module("norm1", norm1_);
    register_module("attn", attn_);
    register_module("stochastic_depth", stochastic_depth_);
    register_module("norm2", norm2_);
    register_module("mlp", mlp_);
  }
  Tensor forward(const Tensor& input) {
    const auto drop = [&](const Tensor& x) { return stochastic_depth_(x); };
    if (v2_) {
      const Tensor x = drop(norm1_(attn_(input))).add_(input);
      return drop(norm2_(mlp_(x))).add_(x);
    }
    const Tensor x = drop(attn_(norm1_(input))) + input;
    return drop(mlp_(norm2_(x))).add_(x);
  }

 private:
  bool v2_;
  nn::LayerNorm norm1_, norm2_;
  ShiftedWindowAttention attn_;
  ops::StochasticDepth stochastic_depth_;
  ops::MLP mlp_;
};
HEARTH_MODULE(SwinTransformerBlock);

/// Joins patches two by two: [N, H, W, C] to [N, H / 2, W / 2, 2 C].
class PatchMergingImpl : public nn::Module {
 public:
  PatchMergingImpl(int64_t dim, bool v2)
      : v2_(v2),
        reduction_(nn::LinearOptions(4 * dim, 2 * dim).bias(false)),
        norm_(norm(v2 ? 2 * dim : 4 * dim)) {
    register_module("reduction", reduction_);
    register_module("norm", norm_);
  }
  Tensor forward(const Tensor& input) {
    Tensor x = input;
    const int64_t odd_rows = x.size(1) % 2, odd_cols = x.size(2) % 2;
    if (odd_rows + odd_cols > 0) x = constant_pad_nd(x, {0, 0, 0, odd_cols, 0, odd_rows});
    const int64_t n = x.size(0), h = x.size(1) / 2, w = x.size(2) / 2, c = x.size(3);
    // Of the four, rows change faster than columns.
    x = x.reshape({n, h, 2, w, 2, c}).permute({0, 1, 3, 4, 2, 5}).reshape({n, h, w, 4 * c});
    return v2_ ? norm_(reduction_(x)) : reduction_(norm_(x));
  }

 private:
  bool v2_;
  nn::Linear reduction_;
  nn::LayerNorm norm_;
};
HEARTH_MODULE(PatchMerging);

}  // namespace

SwinTransformerImpl::SwinTransformerImpl(const SwinTransformerConfig& config,
                                         const ModelOptions& options)
    : norm_(norm(config.embed_dim << 3)), head_(config.embed_dim << 3, options.num_classes()) {
  features_->push_back(nn::Sequential(
      nn::Conv2d(nn::Conv2dOptions(options.in_channels(), config.embed_dim, 4).stride(4)),
      ops::Permute(std::vector<int64_t>{0, 2, 3, 1}), norm(config.embed_dim)));
  int64_t all = 0, before = 0;
  for (const int64_t depth : config.depths) all += depth;
  for (size_t stage = 0; stage < 4; ++stage) {
    nn::Sequential blocks;
    for (int64_t i = 0; i < config.depths[stage]; ++i) {
      const double p = config.stochastic_depth_prob * static_cast<double>(before++) /
                       static_cast<double>(all - 1);
      blocks->push_back(
          SwinTransformerBlock(config, stage, i % 2 == 1, p, options.dropout().value_or(0)));
    }
    features_->push_back(blocks);
    if (stage < 3) features_->push_back(PatchMerging(config.embed_dim << stage, config.v2));
  }
  register_module("features", features_);
  register_module("norm", norm_);
  register_module("head", head_);
  for (const auto& module : modules(false)) {
    auto* layer = module->as<nn::Linear>();
    if (!layer) continue;
    nn::init::trunc_normal_(layer->weight, 0, 0.02);
    if (layer->bias.defined()) nn::init::zeros_(layer->bias);
  }
}

SwinTransformerImpl::~SwinTransformerImpl() = default;

Tensor SwinTransformerImpl::forward(const Tensor& images) {
  return head_(norm_(features_(images)).mean({1, 2}));
}

namespace {

constexpr SwinTransformerConfig kT{96, {2, 2, 6, 2}, {3, 6, 12, 24}, 7, 0.2, false},
    kS{96, {2, 2, 18, 2}, {3, 6, 12, 24}, 7, 0.3, false},
    kB{128, {2, 2, 18, 2}, {4, 8, 16, 32}, 7, 0.5, false},
    kV2T{96, {2, 2, 6, 2}, {3, 6, 12, 24}, 8, 0.2, true},
    kV2S{96, {2, 2, 18, 2}, {3, 6, 12, 24}, 8, 0.3, true},
    kV2B{128, {2, 2, 18, 2}, {4, 8, 16, 32}, 8, 0.5, true};

}  // namespace

SwinTransformer swin_t(const ModelOptions& options) { return SwinTransformer(kT, options); }
SwinTransformer swin_s(const ModelOptions& options) { return SwinTransformer(kS, options); }
SwinTransformer swin_b(const ModelOptions& options) { return SwinTransformer(kB, options); }
SwinTransformer swin_v2_t(const ModelOptions& options) { return SwinTransformer(kV2T, options); }
SwinTransformer swin_v2_s(const ModelOptions& options) { return SwinTransformer(kV2S, options); }
SwinTransformer swin_v2_b(const ModelOptions& options) { return SwinTransformer(kV2B, options); }

std::vector<ModelRow> swin_transformer_models() {
  const ModelInfo info{.smallest = 4};
  return {{"swin_t", &make<swin_t>, info},       {"swin_s", &make<swin_s>, info},
          {"swin_b", &make<swin_b>, info},       {"swin_v2_t", &make<swin_v2_t>, info},
          {"swin_v2_s", &make<swin_v2_s>, info}, {"swin_v2_b", &make<swin_v2_b>, info}};
}

}  // namespace hearth::vision::models
