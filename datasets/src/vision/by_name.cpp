// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/by_name.h"

#include <filesystem>

#include "hearth/datasets/cache.h"
#include "hearth/datasets/vision/digits.h"
#include "hearth/datasets/vision/mnist.h"

namespace hearth::datasets {
namespace {

struct Row {
  const char* name;
  LabeledImages (*open)(Mode mode);
};

constexpr Row kRows[] = {
    {"digits", [](Mode mode) -> LabeledImages { return Digits(mode); }},
    {"emnist", [](Mode mode) -> LabeledImages { return EMNIST("", "balanced", mode, true); }},
    {"fashion-mnist", [](Mode mode) -> LabeledImages { return FashionMNIST("", mode, true); }},
    {"kmnist", [](Mode mode) -> LabeledImages { return KMNIST("", mode, true); }},
    {"mnist", [](Mode mode) -> LabeledImages { return MNIST("", mode, true); }},
};

}  // namespace

std::vector<std::string> labeled_images_names() {
  std::vector<std::string> names;
  for (const Row& row : kRows) names.emplace_back(row.name);
  return names;
}

bool is_image_folder(const std::string& name) {
  for (const Row& row : kRows)
    if (name == row.name) return false;
  std::error_code none;
  return name.find('/') != name.npos || std::filesystem::is_directory(name, none);
}

LabeledImages labeled_images(const std::string& name, Mode mode, const ImageFolderOptions& folder) {
  if (is_image_folder(name)) return ImageFolder(name, mode, folder);
  std::string known;
  for (const Row& row : kRows) {
    if (name == row.name) return row.open(mode);
    known += cat_str(known.empty() ? "" : ", ", row.name);
  }
  throw ValueError(
      cat_str("[datasets] there is no '", name, "'; known are ", known, ", and folders of images"));
}

DatasetFiles dataset_files(const std::string& name) {
  for (const Row& row : kRows)
    if (name == row.name) return {cache_folder(name), mnist_files(name)};
  throw ValueError(cat_str("[datasets] there is no '", name, "'"));
}

}  // namespace hearth::datasets
