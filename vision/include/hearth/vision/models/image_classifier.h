// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/module.h"
#include "hearth/train/scores.h"
#include "hearth/vision/types.h"

namespace hearth::vision::models {

/// What a classifier takes and gives.
struct ImageShape {
  int64_t channels = 1;
  int64_t height = 28;
  int64_t width = 28;
};

/// What every architecture can be asked for.
struct ModelOptions {
  HEARTH_ARG(int64_t, num_classes) = 1000;
  HEARTH_ARG(int64_t, in_channels) = 3;
  /// Height and width of the images. Only networks whose weights depend on it (lenet, mlp, cnn,
  /// vit) are made for one size; others take any from their smallest on.
  HEARTH_ARG(Size, image_size) = {224, 224};
  /// Of residual networks, for images under 64 pixels: a first convolution of 3x3 and stride 1 and
  /// no max pooling, instead of 7x7 of stride 2 and max pooling.
  HEARTH_ARG(bool, small_stem) = false;
  /// The share of values that dropout sets to 0; nullopt: the architecture's own. Networks without
  /// dropout refuse it.
  HEARTH_ARG(std::optional<double>, dropout) = std::nullopt;
  /// The epsilon of all batch and layer norms, which differs between libraries that have the same
  /// network; nullopt: torchvision's.
  HEARTH_ARG(std::optional<double>, norm_eps) = std::nullopt;
  /// Whether an EfficientNet pads as TensorFlow does, with which some weights were trained;
  /// nullopt: the architecture's own way.
  HEARTH_ARG(std::optional<bool>, same_padding) = std::nullopt;
};

/// A network from images to class scores; the base of the classifiers here.
class HEARTH_API ImageClassifierImpl : public nn::Module {
 public:
  ~ImageClassifierImpl() override;
  /// Images [N, C, H, W], float, to unnormalised scores [N, num_classes].
  virtual Tensor forward(const Tensor& images) = 0;
  /// The paths of the layers that make scores, as "fc": the last linear layer or convolution, and
  /// those of auxiliary classifiers.
  virtual std::vector<std::string> heads() const;
  /// What to learn from: forward, and the scores of auxiliary classifiers, if there are any.
  virtual train::Scores forward_training(const Tensor& images);
};

/// The names that create_model knows, torchvision's ("resnet18"), in alphabetical order of their
/// families.
HEARTH_API std::vector<std::string> list_models();

/// What training a classifier from fresh weights takes, when nobody says otherwise.
struct TrainingHints {
  int64_t epochs = 6;
  double lr = 4e-3;  ///< the highest learning rate
};

/// What can be said of an architecture before it is built.
struct ModelInfo {
  /// The least height and width of images, without a small stem.
  int64_t smallest = 1;
  /// Whether ModelOptions::small_stem is heeded; others refuse it.
  bool small_stem = false;
  /// Whether ModelOptions::same_padding is heeded; others refuse it.
  bool same_padding = false;
  TrainingHints hints = {};
  /// How weights trained on photographs take them, where nothing says otherwise: the size of
  /// images, and the shorter side that photographs get before these are cut out.
  int64_t image_size = 224, resize_size = 256;
};
/// ValueError for an unknown name.
HEARTH_API ModelInfo model_info(const std::string& name);

/// A network by name, with fresh weights. ValueError for an unknown name, images that it cannot
/// take, or a small stem that it does not have.
///
///     auto model = create_model("resnet50", ModelOptions().num_classes(10));
HEARTH_API std::shared_ptr<ImageClassifierImpl> create_model(const std::string& name,
                                                             const ModelOptions& options = {});

}  // namespace hearth::vision::models
