// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/any_module.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// The sizes of a vision transformer (Dosovitskiy et al., "An Image is Worth 16x16 Words:
/// Transformers for Image Recognition at Scale", 2020).
struct VisionTransformerConfig {
  int64_t patch_size = 16;
  int64_t num_layers = 12;
  int64_t num_heads = 12;
  int64_t hidden_dim = 768;
  int64_t mlp_dim = 3072;
};

/// A vision transformer. Parameters have torchvision's names
/// ("encoder.layers.encoder_layer_0.ln_1.weight", "heads.head.bias").
class HEARTH_API VisionTransformerImpl : public ImageClassifierImpl {
 public:
  /// ValueError if images cannot be cut into patches. ModelOptions::dropout is that of all layers.
  explicit VisionTransformerImpl(const VisionTransformerConfig& config,
                                 const ModelOptions& options = {});
  ~VisionTransformerImpl() override;
  Tensor forward(const Tensor& images) override;
  /// How many patches an image is cut into, in height and width.
  Size grid() const { return grid_; }

 private:
  Size grid_;
  int64_t patch_size_;
  nn::Conv2d conv_proj_;
  Tensor class_token_;
  nn::AnyModule encoder_;
  nn::Linear head_;
};
HEARTH_MODULE(VisionTransformer);

/// The embedding of positions [1, 1 + n * n, hidden_dim] for another grid of patches, [1, 1 +
/// height * width, hidden_dim]: the class token's stays, the others are scaled bicubically
/// (torchvision's interpolate_embeddings).
HEARTH_API Tensor interpolate_embeddings(const Tensor& pos_embedding, Size grid);

/// 86.6 M parameters with 1,000 classes, 81.1 % on ImageNet-1K.
HEARTH_API VisionTransformer vit_b_16(const ModelOptions& options = {});
/// 88.2 M parameters, 75.9 %.
HEARTH_API VisionTransformer vit_b_32(const ModelOptions& options = {});
/// 304.3 M parameters, 79.7 %.
HEARTH_API VisionTransformer vit_l_16(const ModelOptions& options = {});
/// 306.5 M parameters, 77.0 %.
HEARTH_API VisionTransformer vit_l_32(const ModelOptions& options = {});
/// 632.0 M parameters, 88.6 % for images of 518 pixels.
HEARTH_API VisionTransformer vit_h_14(const ModelOptions& options = {});
/// timm's small ones, with torchvision's names of parameters: 5.7 M and 22.1 M.
HEARTH_API VisionTransformer vit_tiny_patch16_224(const ModelOptions& options = {});
HEARTH_API VisionTransformer vit_small_patch16_224(const ModelOptions& options = {});

}  // namespace hearth::vision::models
