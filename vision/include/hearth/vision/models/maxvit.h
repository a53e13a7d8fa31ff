// SPDX-License-Identifier: Apache-2.0
// MaxViT (Tu et al., "MaxViT: Multi-Axis Vision Transformer", 2022), with torchvision's names.
#pragma once

#include <array>

#include "hearth/nn/modules/sequential.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// What networks of the family differ in.
struct MaxVitConfig {
  int64_t stem_channels = 64;
  /// Of each of the four blocks.
  std::array<int64_t, 4> block_channels = {64, 128, 256, 512};
  std::array<int64_t, 4> block_layers = {2, 2, 5, 2};
  int64_t head_dim = 32;
  /// Height and width of windows, and of the grid of positions that attend to each other.
  int64_t partition_size = 7;
  double stochastic_depth_prob = 0.2;
};

/// Images are taken whose quarter, eighth, sixteenth and thirty-second (rounded up) is a multiple
/// of the partition's size: 224 x 224 or 448 x 224, but not 256 x 256.
class HEARTH_API MaxVitImpl : public ImageClassifierImpl {
 public:
  /// ModelOptions::dropout is that of attention and MLPs. ValueError for another image_size.
  explicit MaxVitImpl(const MaxVitConfig& config, const ModelOptions& options = {});
  ~MaxVitImpl() override;
  /// ShapeError for images of another size.
  Tensor forward(const Tensor& images) override;

 private:
  nn::Sequential stem_, blocks_, classifier_;
};
HEARTH_MODULE(MaxVit);

HEARTH_API MaxVit maxvit_t(const ModelOptions& options = {});

}  // namespace hearth::vision::models
