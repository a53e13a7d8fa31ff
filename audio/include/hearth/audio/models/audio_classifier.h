// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/nn/module.h"

namespace hearth::audio::models {

/// What a classifier takes: samples [N, 1, frames] when bands is 1 (a waveform), otherwise spectra
/// [N, 1, bands, frames].
struct ClipShape {
  int64_t bands = 40;
  int64_t frames = 101;
};

/// A network from sounds to class scores; the base of the classifiers here.
class HEARTH_API AudioClassifierImpl : public nn::Module {
 public:
  ~AudioClassifierImpl() override;
  /// Inputs of ClipShape, float, to what the last layer decides by, [N, D]: embeddings.
  virtual Tensor embed(const Tensor& input) = 0;
  /// Embeddings to unnormalised scores [N, num_classes].
  virtual Tensor classify(const Tensor& embedding) = 0;
  Tensor forward(const Tensor& input) { return classify(embed(input)); }
};

/// The names that make_classifier knows: those of the files' models, files in alphabetical order.
HEARTH_API std::vector<std::string> classifier_names();

/// What training a classifier from fresh weights takes, when nobody says otherwise.
struct TrainingHints {
  int64_t epochs = 30;
  double lr = 3e-3;  ///< the highest learning rate
};

/// What is known of a classifier before it is made.
struct ClassifierTraits {
  /// Takes samples, not spectra.
  bool waveform = false;
  /// How many mel bands suit it; 1 for waveforms.
  int64_t bands = 40;
  TrainingHints hints = {};
};
/// ValueError for an unknown name.
HEARTH_API ClassifierTraits classifier_traits(const std::string& name);

/// How many weights the layers have whose size follows the shape and the classes: a lower bound of
/// what make_classifier will make.
HEARTH_API int64_t least_weights(const std::string& name, const ClipShape& shape,
                                 int64_t num_classes);

/// A classifier by name for inputs of this shape, with fresh weights. ValueError for another name
/// or a shape that it cannot take.
HEARTH_API std::shared_ptr<AudioClassifierImpl> make_classifier(const std::string& name,
                                                                const ClipShape& shape,
                                                                int64_t num_classes);

}  // namespace hearth::audio::models
