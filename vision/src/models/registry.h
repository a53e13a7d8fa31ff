// SPDX-License-Identifier: Apache-2.0
// Which classifiers there are. Each file of this folder tells of its own in a function named after
// the file, resnet_classifiers() in resnet.cpp; the list of files comes from CMake.
#pragma once

#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// A classifier that make_classifier knows by name.
struct ClassifierRow {
  const char* name;
  /// The least height and width.
  int64_t smallest;
  std::shared_ptr<ImageClassifierImpl> (*make)(const ImageShape& shape, int64_t num_classes);
  /// The weights of the layers whose size follows the shape and the classes.
  int64_t (*least_weights)(const ImageShape& shape, int64_t num_classes);
  TrainingHints hints = {};
};

/// For ClassifierRow::make: a module that is constructed from shape and number of classes.
template <class Model>
std::shared_ptr<ImageClassifierImpl> make(const ImageShape& shape, int64_t num_classes) {
  return Model(shape, num_classes).ptr();
}

#define HEARTH_FILE(name) std::vector<ClassifierRow> name##_classifiers();
#include "models.def"
#undef HEARTH_FILE

}  // namespace hearth::vision::models
