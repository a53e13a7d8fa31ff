// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hearth/nn/any_module.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/pooling.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

struct Inception3Options {
  /// A further classifier half way, for training on images of about 299 pixels; torchvision's files
  /// have it.
  HEARTH_ARG(bool, aux_logits) = true;
  /// For images that are normalised by ImageNet's means and deviations, and weights that want 0.5
  /// and 0.5, as torchvision's do.
  HEARTH_ARG(bool, transform_input) = false;
};

/// InceptionV3 (Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2015),
/// with torchvision's names.
class HEARTH_API Inception3Impl : public ImageClassifierImpl {
 public:
  explicit Inception3Impl(const Inception3Options& network, const ModelOptions& options = {});
  ~Inception3Impl() override;
  /// The scores of the last classifier.
  Tensor forward(const Tensor& images) override;
  std::vector<std::string> heads() const override;

  struct Outputs {
    Tensor logits;
    /// Undefined without the auxiliary classifier, and of images under 299 pixels.
    Tensor aux_logits;
  };
  /// The scores of both; the loss of the auxiliary one usually counts 0.4 times.
  Outputs forward_with_aux(const Tensor& images);
  train::Scores forward_training(const Tensor& images) override;

 private:
  Outputs run(Tensor x, bool with_aux);

  bool aux_logits_, transform_input_;
  std::vector<nn::AnyModule> before_aux_, after_aux_;
  nn::AnyModule aux_;
  nn::AdaptiveAvgPool2d avgpool_;
  nn::Dropout dropout_;
  nn::Linear fc_;
};
HEARTH_MODULE(Inception3);

HEARTH_API Inception3 inception_v3(const ModelOptions& options = {});

}  // namespace hearth::vision::models
