// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hearth/nn/any_module.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/pooling.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

struct GoogLeNetOptions {
  /// Two further classifiers half way, for training; torchvision's files have them.
  HEARTH_ARG(bool, aux_logits) = true;
  /// For images that are normalised by ImageNet's means and deviations, and weights that want 0.5
  /// and 0.5, as torchvision's do.
  HEARTH_ARG(bool, transform_input) = false;
  HEARTH_ARG(double, dropout_aux) = 0.7;
};

/// GoogLeNet with batch norm (Szegedy et al., "Going Deeper with Convolutions", 2014), with
/// torchvision's names.
class HEARTH_API GoogLeNetImpl : public ImageClassifierImpl {
 public:
  explicit GoogLeNetImpl(const GoogLeNetOptions& network, const ModelOptions& options = {});
  ~GoogLeNetImpl() override;
  /// The scores of the last classifier.
  Tensor forward(const Tensor& images) override;
  std::vector<std::string> heads() const override;

  struct Outputs {
    Tensor logits;
    Tensor aux_logits2, aux_logits1;  ///< undefined without auxiliary classifiers
  };
  /// The scores of all; losses of the auxiliary ones usually count 0.3 times.
  Outputs forward_with_aux(const Tensor& images);
  train::Scores forward_training(const Tensor& images) override;

 private:
  Outputs run(Tensor x, bool with_aux);

  bool aux_logits_, transform_input_;
  std::vector<nn::AnyModule> before_aux1_, before_aux2_, after_aux2_;
  nn::AnyModule aux1_, aux2_;
  nn::AdaptiveAvgPool2d avgpool_;
  nn::Dropout dropout_;
  nn::Linear fc_;
};
HEARTH_MODULE(GoogLeNet);

HEARTH_API GoogLeNet googlenet(const ModelOptions& options = {});

}  // namespace hearth::vision::models
