// SPDX-License-Identifier: Apache-2.0
// Which classifiers there are. Each file of this folder tells of its own in a function named after
// the file, resnet_models() in resnet.cpp; the list of files comes from CMake.
#pragma once

#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// A classifier that create_model knows by name.
struct ModelRow {
  const char* name;
  std::shared_ptr<ImageClassifierImpl> (*make)(const ModelOptions& options);
  ModelInfo info = {};
};

/// For ModelRow::make: a module that is constructed from the options, or a function that makes one.
template <class Model>
std::shared_ptr<ImageClassifierImpl> make(const ModelOptions& options) {
  return Model(options).ptr();
}
template <auto build>
std::shared_ptr<ImageClassifierImpl> make(const ModelOptions& options) {
  return build(options).ptr();
}

#define HEARTH_FILE(name) std::vector<ModelRow> name##_models();
#include "models.def"
#undef HEARTH_FILE

}  // namespace hearth::vision::models
