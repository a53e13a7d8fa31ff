// SPDX-License-Identifier: Apache-2.0
// Classifiers that learn something new.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hearth/vision/classification/classifier.h"

namespace hearth::vision {

/// A classifier of other classes that begins with the weights of a trained one, but for the layers
/// that make scores, which are fresh unless the classes are the same. `spec` says what it takes;
/// its model, channels and stem must be those of `trained`. Throws ValueError where they are not,
/// or where other weights do not fit, as those of a network made for another image size.
HEARTH_API Classifier with_classes(const Classifier& trained, ClassifierSpec spec);

/// The parts of a network from its input to its scores, by their paths: "conv1", "bn1", "layer1"
/// ... "fc"; of sequences of parts ("features", "encoder.layers") each is one.
HEARTH_API std::vector<std::string> stages_of(const models::ImageClassifierImpl& model);

/// Keeps the parameters of all stages up to this one as they are, or of all but the heads for
/// "backbone"; an empty name frees all. Norms of frozen stages keep their statistics in a
/// ClassifierTrainer. Throws ValueError for another name.
HEARTH_API void freeze(models::ImageClassifierImpl& model, const std::string& stage);

/// What the parameters of a network learn alike, for TrainerOptions::groups.
struct GroupOptions {
  /// Of each stage beside the one after it, down from the heads: 0.8 makes early layers learn
  /// slowly.
  double layer_decay = 1;
  /// No weight decay on norms, biases, class tokens and position embeddings.
  bool spare_norms_and_biases = false;
};
HEARTH_API std::vector<train::ParameterGroup> parameter_groups(
    const models::ImageClassifierImpl& model, const GroupOptions& options);

}  // namespace hearth::vision
