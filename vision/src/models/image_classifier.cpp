// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/image_classifier.h"

#include "models/registry.h"

namespace hearth::vision::models {
namespace {

std::vector<ClassifierRow> all_rows() {
  std::vector<ClassifierRow> rows;
#define HEARTH_FILE(name) \
  for (const ClassifierRow& row : name##_classifiers()) rows.push_back(row);
#include "models.def"
#undef HEARTH_FILE
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

/// The row of a name, after checking that it takes such images.
ClassifierRow find(const std::string& name, const ImageShape& shape, int64_t num_classes) {
  HEARTH_CHECK_AS(ValueError,
                  shape.channels >= 1 && shape.height >= 1 && shape.width >= 1 && num_classes >= 1,
                  "[make_classifier] expected positive sizes and classes, got ", shape.channels,
                  " x ", shape.height, " x ", shape.width, " and ", num_classes);
  const ClassifierRow row = find(name);
  HEARTH_CHECK_AS(ValueError, shape.height >= row.smallest && shape.width >= row.smallest,
                  "[make_classifier] ", name, " takes images of at least ", row.smallest, " x ",
                  row.smallest, " pixels, got ", shape.height, " x ", shape.width);
  return row;
}

}  // namespace

ImageClassifierImpl::~ImageClassifierImpl() = default;

std::vector<std::string> classifier_names() {
  std::vector<std::string> names;
  for (const ClassifierRow& row : all_rows()) names.emplace_back(row.name);
  return names;
}

TrainingHints training_hints(const std::string& name) { return find(name).hints; }

int64_t least_weights(const std::string& name, const ImageShape& shape, int64_t num_classes) {
  return find(name, shape, num_classes).least_weights(shape, num_classes);
}

std::shared_ptr<ImageClassifierImpl> make_classifier(const std::string& name,
                                                     const ImageShape& shape, int64_t num_classes) {
  return find(name, shape, num_classes).make(shape, num_classes);
}

}  // namespace hearth::vision::models
