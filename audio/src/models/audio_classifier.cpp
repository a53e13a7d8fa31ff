// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/models/audio_classifier.h"

#include "models/registry.h"

namespace hearth::audio::models {
namespace {

std::vector<ClassifierRow> all_rows() {
  std::vector<ClassifierRow> rows;
  for (auto* file : {bcresnet_classifiers, cnn_classifiers, m5_classifiers})
    for (const ClassifierRow& row : file()) rows.push_back(row);
  return rows;
}

ClassifierRow find(const std::string& name) {
  std::string known;
  for (const ClassifierRow& row : all_rows()) {
    if (name == row.name) return row;
    known += cat_str(known.empty() ? "" : ", ", row.name);
  }
  throw ValueError(cat_str("[make_classifier] there is no '", name, "'; known are ", known));
}

/// The row of a name, after checking that it takes such inputs.
ClassifierRow find(const std::string& name, const ClipShape& shape, int64_t num_classes) {
  HEARTH_CHECK_AS(ValueError, shape.bands >= 1 && shape.frames >= 1 && num_classes >= 1,
                  "[make_classifier] expected positive sizes and classes, got ", shape.bands,
                  " bands, ", shape.frames, " frames and ", num_classes);
  const ClassifierRow row = find(name);
  const std::string wrong = row.wrong(shape);
  HEARTH_CHECK_AS(ValueError, wrong.empty(), "[make_classifier] ", name, ": ", wrong, ", got ",
                  shape.bands, " x ", shape.frames);
  return row;
}

}  // namespace

AudioClassifierImpl::~AudioClassifierImpl() = default;

std::vector<std::string> classifier_names() {
  std::vector<std::string> names;
  for (const ClassifierRow& row : all_rows()) names.emplace_back(row.name);
  return names;
}

ClassifierTraits classifier_traits(const std::string& name) { return find(name).traits; }

int64_t least_weights(const std::string& name, const ClipShape& shape, int64_t num_classes) {
  return find(name, shape, num_classes).least_weights(shape, num_classes);
}

std::shared_ptr<AudioClassifierImpl> make_classifier(const std::string& name,
                                                     const ClipShape& shape, int64_t num_classes) {
  return find(name, shape, num_classes).make(shape, num_classes);
}

}  // namespace hearth::audio::models
