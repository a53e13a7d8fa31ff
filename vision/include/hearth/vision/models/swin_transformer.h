// SPDX-License-Identifier: Apache-2.0
// Swin transformers (Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted
// Windows", 2021, and "Swin Transformer V2", 2022), with torchvision's names.
#pragma once

#include <array>

#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// What the networks of the family differ in.
struct SwinTransformerConfig {
  int64_t embed_dim = 96;
  /// Of each of the four stages.
  std::array<int64_t, 4> depths = {2, 2, 6, 2};
  std::array<int64_t, 4> num_heads = {3, 6, 12, 24};
  /// Height and width of windows, in patches of 4 x 4 pixels.
  int64_t window_size = 7;
  double stochastic_depth_prob = 0.2;
  /// Version 2: norms after attention and MLP, cosine attention, positions that an MLP makes a bias
  /// of.
  bool v2 = false;
};

class HEARTH_API SwinTransformerImpl : public ImageClassifierImpl {
 public:
  /// ModelOptions::dropout is that of all blocks.
  explicit SwinTransformerImpl(const SwinTransformerConfig& config,
                               const ModelOptions& options = {});
  ~SwinTransformerImpl() override;
  Tensor forward(const Tensor& images) override;

 private:
  nn::Sequential features_;
  nn::LayerNorm norm_;
  nn::Linear head_;
};
HEARTH_MODULE(SwinTransformer);

HEARTH_API SwinTransformer swin_t(const ModelOptions& options = {});
HEARTH_API SwinTransformer swin_s(const ModelOptions& options = {});
HEARTH_API SwinTransformer swin_b(const ModelOptions& options = {});
HEARTH_API SwinTransformer swin_v2_t(const ModelOptions& options = {});
HEARTH_API SwinTransformer swin_v2_s(const ModelOptions& options = {});
HEARTH_API SwinTransformer swin_v2_b(const ModelOptions& options = {});

}  // namespace hearth::vision::models
