// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/vision_transformer.h"

#include <cmath>

#include "hearth/nn/init.h"
#include "hearth/nn/modules/attention.h"
#include "hearth/nn/modules/containers.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/nn/modules/upsampling.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"
#include "hearth/vision/ops/layers.h"

#include "models/registry.h"

namespace hearth::vision::models {
namespace {

constexpr VisionTransformerConfig kTiny16{16, 12, 3, 192, 768}, kSmall16{16, 12, 6, 384, 1536},
    kB16{16, 12, 12, 768, 3072}, kB32{32, 12, 12, 768, 3072}, kL16{16, 24, 16, 1024, 4096},
    kL32{32, 24, 16, 1024, 4096}, kH14{14, 32, 16, 1280, 5120};

nn::LayerNorm norm(const VisionTransformerConfig& config) {
  return nn::LayerNorm(nn::LayerNormOptions({config.hidden_dim}).eps(1e-6));
}

/// How many patches images have, in height and width.
Size grid_of(const Size& image, int64_t patch) {
  HEARTH_CHECK_AS(ValueError,
                  image.height >= patch && image.width >= patch && image.height % patch == 0 &&
                      image.width % patch == 0,
                  "[VisionTransformer] expected sizes of images that are multiples of ", patch,
                  ", got ", image.height, " x ", image.width);
  return {image.height / patch, image.width / patch};
}

int64_t length_of(const Size& grid) { return 1 + grid.height * grid.width; }

/// The two linear layers of a block; files of before version 2 call them "linear_1" and
/// "linear_2".
class MLPBlockImpl : public ops::MLPImpl {
 public:
  MLPBlockImpl(int64_t in_dim, int64_t mlp_dim, double dropout)
      : MLPImpl(in_dim, {mlp_dim, in_dim}, ops::Activation::GELU, dropout) {
    for (const auto& module : modules(false)) {
      auto* layer = module->as<nn::Linear>();
      if (!layer) continue;
      nn::init::xavier_uniform_(layer->weight);
      nn::init::normal_(layer->bias, 0, 1e-6);
    }
  }
  int64_t state_version() const override { return 2; }

 protected:
  void upgrade_state(OrderedDict<std::string, Tensor>& state, const std::string& prefix,
                     std::optional<int64_t> version) const override {
    if (version && *version >= 2) return;
    for (const auto& [old_name, name] : {std::pair{"linear_1.", "0."}, {"linear_2.", "3."}}) {
      for (const char* what : {"weight", "bias"}) {
        const std::string key = prefix + old_name + what;
        const Tensor* found = state.find(key);
        if (!found) continue;
        const Tensor value = *found;
        state.erase(key);
        state.insert(prefix + name + what, value);
      }
    }
  }
};
HEARTH_MODULE(MLPBlock);

/// Attention and an MLP, each after a layer norm and with its input added; [N, length, hidden_dim].
class EncoderBlockImpl : public nn::Module {
 public:
  EncoderBlockImpl(const VisionTransformerConfig& config, double dropout)
      : ln_1_(norm(config)),
        ln_2_(norm(config)),
        self_attention_(
            nn::MultiheadAttentionOptions(config.hidden_dim, config.num_heads).batch_first(true)),
        dropout_(dropout),
        mlp_(config.hidden_dim, config.mlp_dim, dropout) {
    register_module("ln_1", ln_1_);
    register_module("self_attention", self_attention_);
    register_module("dropout", dropout_);
    register_module("ln_2", ln_2_);
    register_module("mlp", mlp_);
  }
  Tensor forward(const Tensor& input) {
    const Tensor y = ln_1_(input);
    Tensor x = std::get<0>(self_attention_(y, y, y, Tensor(), /*need_weights=*/false));
    x = dropout_(x).add_(input);
    return mlp_(ln_2_(x)).add_(x);
  }

 private:
  nn::LayerNorm ln_1_, ln_2_;
  nn::MultiheadAttention self_attention_;
  nn::Dropout dropout_;
  MLPBlock mlp_;
};
HEARTH_MODULE(EncoderBlock);

/// Adds the embedding of positions, then runs all blocks.
class EncoderImpl : public nn::Module {
 public:
  EncoderImpl(const VisionTransformerConfig& config, int64_t length, double dropout)
      : pos_embedding_(register_parameter("pos_embedding", empty({1, length, config.hidden_dim}))),
        dropout_(dropout),
        ln_(norm(config)) {
    nn::init::normal_(pos_embedding_, 0, 0.02);
    register_module("dropout", dropout_);
    for (int64_t i = 0; i < config.num_layers; ++i)
      layers_->push_back(cat_str("encoder_layer_", i), EncoderBlock(config, dropout));
    register_module("layers", layers_);
    register_module("ln", ln_);
  }
  Tensor forward(const Tensor& input) { return ln_(layers_(dropout_(input + pos_embedding_))); }

 private:
  Tensor pos_embedding_;
  nn::Dropout dropout_;
  nn::Sequential layers_;
  nn::LayerNorm ln_;
};
HEARTH_MODULE(Encoder);

}  // namespace

VisionTransformerImpl::VisionTransformerImpl(const VisionTransformerConfig& config,
                                             const ModelOptions& options)
    : grid_(grid_of(options.image_size(), config.patch_size)),
      patch_size_(config.patch_size),
      conv_proj_(nn::Conv2dOptions(options.in_channels(), config.hidden_dim, config.patch_size)
                     .stride(config.patch_size)),
      class_token_(register_parameter("class_token", zeros({1, 1, config.hidden_dim}))),
      encoder_(Encoder(config, length_of(grid_), options.dropout().value_or(0))),
      head_(config.hidden_dim, options.num_classes()) {
  register_module("conv_proj", conv_proj_);
  register_module("encoder", encoder_.ptr());
  nn::ModuleDict heads;
  register_module("heads", heads);
  heads->register_module("head", head_);

  const int64_t fan_in = options.in_channels() * config.patch_size * config.patch_size;
  nn::init::trunc_normal_(conv_proj_->weight, 0, std::sqrt(1.0 / static_cast<double>(fan_in)));
  nn::init::zeros_(conv_proj_->bias);
  nn::init::zeros_(head_->weight);
  nn::init::zeros_(head_->bias);
}

VisionTransformerImpl::~VisionTransformerImpl() = default;

Tensor VisionTransformerImpl::forward(const Tensor& images) {
  const int64_t height = grid_.height * patch_size_, width = grid_.width * patch_size_;
  HEARTH_CHECK_AS(ShapeError,
                  images.dim() == 4 && images.size(2) == height && images.size(3) == width,
                  "[VisionTransformer] expected images [N, C, ", height, ", ", width, "], got ",
                  images.sizes());
  const Tensor patches = conv_proj_(images).flatten(2).transpose(1, 2);
  const Tensor token = class_token_.expand({images.size(0), -1, -1});
  return head_(encoder_.forward(cat({token, patches}, 1)).select(1, 0));
}

Tensor interpolate_embeddings(const Tensor& pos_embedding, Size grid) {
  HEARTH_CHECK_AS(ShapeError, pos_embedding.dim() == 3 && pos_embedding.size(0) == 1,
                  "[interpolate_embeddings] expected an embedding [1, length, hidden_dim], got ",
                  pos_embedding.sizes());
  const int64_t positions = pos_embedding.size(1) - 1, hidden = pos_embedding.size(2);
  const auto side = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(positions))));
  HEARTH_CHECK_AS(ShapeError, positions >= 1 && side * side == positions,
                  "[interpolate_embeddings] expected a class token and a square of positions, got ",
                  positions + 1, " embeddings");
  if (grid == Size{side, side}) return pos_embedding;
  const Tensor square = pos_embedding.slice(1, 1).transpose(1, 2).reshape({1, hidden, side, side});
  const Tensor scaled = nn::functional::interpolate(
      square.contiguous(), nn::functional::InterpolateFuncOptions()
                               .size(std::vector<int64_t>{grid.height, grid.width})
                               .mode(kBicubic)
                               .align_corners(true));
  return cat({pos_embedding.slice(1, 0, 1), scaled.flatten(2).transpose(1, 2)}, 1);
}

VisionTransformer vit_b_16(const ModelOptions& options) { return VisionTransformer(kB16, options); }
VisionTransformer vit_b_32(const ModelOptions& options) { return VisionTransformer(kB32, options); }
VisionTransformer vit_l_16(const ModelOptions& options) { return VisionTransformer(kL16, options); }
VisionTransformer vit_l_32(const ModelOptions& options) { return VisionTransformer(kL32, options); }
VisionTransformer vit_h_14(const ModelOptions& options) { return VisionTransformer(kH14, options); }

VisionTransformer vit_tiny_patch16_224(const ModelOptions& options) {
  return VisionTransformer(kTiny16, options);
}
VisionTransformer vit_small_patch16_224(const ModelOptions& options) {
  return VisionTransformer(kSmall16, options);
}

std::vector<ModelRow> vision_transformer_models() {
  return {{"vit_b_16", &make<vit_b_16>, {.smallest = 16}},
          {"vit_b_32", &make<vit_b_32>, {.smallest = 32}},
          {"vit_h_14", &make<vit_h_14>, {.smallest = 14}},
          {"vit_l_16", &make<vit_l_16>, {.smallest = 16}},
          {"vit_l_32", &make<vit_l_32>, {.smallest = 32}},
          {"vit_small_patch16_224", &make<vit_small_patch16_224>, {.smallest = 16}},
          {"vit_tiny_patch16_224", &make<vit_tiny_patch16_224>, {.smallest = 16}}};
}

}  // namespace hearth::vision::models
