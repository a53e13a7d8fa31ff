// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/image_classifier.h"

#include "hearth/vision/models/cnn.h"
#include "hearth/vision/models/lenet.h"
#include "hearth/vision/models/mlp.h"
#include "hearth/vision/models/resnet.h"

namespace hearth::vision::models {
namespace {

using Made = std::shared_ptr<ImageClassifierImpl>;

struct Row {
  const char* name;
  /// The least height and width.
  int64_t smallest;
  Made (*make)(const ImageShape& shape, int64_t num_classes);
  int64_t (*least_weights)(const ImageShape& shape, int64_t num_classes);
};

Made make_resnet18(const ImageShape& shape, int64_t num_classes) {
  // The stem for photographs would leave nothing of a small image.
  const bool small = shape.height < 64 || shape.width < 64;
  return resnet18(ResNetOptions()
                      .num_classes(num_classes)
                      .in_channels(shape.channels)
                      .small_images(small))
      .ptr();
}

constexpr Row kRows[] = {
    {"cnn", 4, [](const ImageShape& s, int64_t k) -> Made { return CNN(s, k).ptr(); },
     [](const ImageShape& s, int64_t k) { return CNNImpl::features(s) * k; }},
    {"lenet", 8, [](const ImageShape& s, int64_t k) -> Made { return LeNet(s, k).ptr(); },
     [](const ImageShape& s, int64_t k) { return LeNetImpl::features(s) * 120 + 84 * k; }},
    {"mlp", 1, [](const ImageShape& s, int64_t k) -> Made { return MLP(s, k).ptr(); },
     [](const ImageShape& s, int64_t k) { return (MLPImpl::features(s) + k) * 256; }},
    {"resnet18", 1, make_resnet18, [](const ImageShape&, int64_t k) { return 512 * k; }},
};

/// The row of a name, after checking that it takes such images.
const Row& find(const std::string& name, const ImageShape& shape, int64_t num_classes) {
  HEARTH_CHECK_AS(ValueError,
                  shape.channels >= 1 && shape.height >= 1 && shape.width >= 1 && num_classes >= 1,
                  "[make_classifier] expected positive sizes and classes, got ", shape.channels,
                  " x ", shape.height, " x ", shape.width, " and ", num_classes);
  std::string known;
  for (const Row& row : kRows) {
    known += cat_str(known.empty() ? "" : ", ", row.name);
    if (name != row.name) continue;
    HEARTH_CHECK_AS(ValueError, shape.height >= row.smallest && shape.width >= row.smallest,
                    "[make_classifier] ", name, " takes images of at least ", row.smallest, " x ",
                    row.smallest, " pixels, got ", shape.height, " x ", shape.width);
    return row;
  }
  throw ValueError(cat_str("[make_classifier] there is no '", name, "'; known are ", known));
}

}  // namespace

ImageClassifierImpl::~ImageClassifierImpl() = default;

std::vector<std::string> classifier_names() {
  std::vector<std::string> names;
  for (const Row& row : kRows) names.emplace_back(row.name);
  return names;
}

int64_t least_weights(const std::string& name, const ImageShape& shape, int64_t num_classes) {
  return find(name, shape, num_classes).least_weights(shape, num_classes);
}

Made make_classifier(const std::string& name, const ImageShape& shape, int64_t num_classes) {
  return find(name, shape, num_classes).make(shape, num_classes);
}

}  // namespace hearth::vision::models
