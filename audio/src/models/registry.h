// SPDX-License-Identifier: Apache-2.0
// Which classifiers there are. A file of this folder that has some tells of them in a function
// named after it, bcresnet_classifiers() in bcresnet.cpp.
#pragma once

#include "hearth/audio/models/audio_classifier.h"

namespace hearth::audio::models {

/// A classifier that make_classifier knows by name.
struct ClassifierRow {
  const char* name;
  ClassifierTraits traits;
  /// What is wrong with a shape, as "expected ..."; empty if nothing.
  std::string (*wrong)(const ClipShape& shape);
  std::shared_ptr<AudioClassifierImpl> (*make)(const ClipShape& shape, int64_t num_classes);
  /// The weights of the layers whose size follows the shape and the classes.
  int64_t (*least_weights)(const ClipShape& shape, int64_t num_classes);
};

std::vector<ClassifierRow> bcresnet_classifiers();
std::vector<ClassifierRow> cnn_classifiers();
std::vector<ClassifierRow> m5_classifiers();

}  // namespace hearth::audio::models
