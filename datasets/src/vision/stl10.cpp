// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/stl10.h"

#include <filesystem>
#include <fstream>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"
#include "hearth/vision/io/image.h"

#include "archives.h"
#include "listing.h"
#include "vision/sources.h"

namespace hearth::datasets {
namespace {

constexpr int64_t kSide = 96, kSamples = 3 * kSide * kSide;

/// The images of one of the ten folds.
std::vector<size_t> fold(const std::string& folder, int64_t which) {
  const std::string path = folder + "/fold_indices.txt";
  const std::vector<std::string> folds = listing::lines(path);
  HEARTH_CHECK_AS(ValueError, which >= 0 && which < static_cast<int64_t>(folds.size()), "[", path,
                  "] has ", folds.size(), " folds, got ", which);
  std::vector<size_t> indices;
  for (const std::string& index : listing::split(folds[static_cast<size_t>(which)], " "))
    if (!index.empty()) {
      const int64_t i = listing::number(index, path);
      HEARTH_CHECK_AS(FormatError, i >= 0, "[", path, "] names image ", i);
      indices.push_back(static_cast<size_t>(i));
    }
  return indices;
}

/// The rows of each image stand where MATLAB has its columns.
Tensor turned(const Tensor& bytes) {
  return bytes.view({-1, 3, kSide, kSide}).transpose(2, 3).contiguous();
}

LabeledImages load(const std::string& root, const std::string& split, std::optional<int64_t> which,
                   bool download) {
  HEARTH_CHECK_AS(ValueError, split == "train" || split == "test",
                  "[stl10] expected a split of train, test, got '", split, "'");
  const std::string folder = find(sources::stl10(), root, download);
  const std::string path = folder + "/" + split + "_X.bin";
  Tensor images = vision::io::read_file(path);
  HEARTH_CHECK_AS(FormatError, images.numel() > 0 && images.numel() % kSamples == 0, "[", path,
                  "] expected images of ", kSamples, " bytes, got a file of ", images.numel());
  images = turned(images);
  Tensor targets = vision::io::read_file(folder + "/" + split + "_y.bin").to(kLong).sub(1);
  if (split == "train" && which) {
    const std::vector<size_t> indices = fold(folder, *which);
    images = data::gather_rows(images, indices);
    targets = data::gather_rows(targets, indices);
  }
  return LabeledImages("stl10", images, targets, listing::lines(folder + "/class_names.txt"),
                       split == "test" ? Mode::kTest : Mode::kTrain);
}

}  // namespace

STL10::STL10(const std::string& root, const std::string& split, std::optional<int64_t> folds,
             bool download)
    : LabeledImages(load(root, split, folds, download)) {}

Tensor STL10::unlabeled(const std::string& root, int64_t first, std::optional<int64_t> count,
                        bool download) {
  const std::string path = find(sources::stl10(), root, download) + "/unlabeled_X.bin";
  std::error_code error;
  const auto bytes = static_cast<int64_t>(std::filesystem::file_size(path, error));
  HEARTH_CHECK_AS(FileError, !error, "[", path, "] ", error.message());
  HEARTH_CHECK_AS(FormatError, bytes % kSamples == 0, "[", path, "] expected images of ", kSamples,
                  " bytes, got a file of ", bytes);
  const int64_t all = bytes / kSamples, n = count.value_or(all - first);
  HEARTH_CHECK_AS(IndexError, first >= 0 && n >= 0 && first <= all && n <= all - first,
                  "[stl10] expected a part of ", all, " unlabeled images, got ", n, " from ", first,
                  " on");
  Tensor images = empty({n * kSamples}, kByte);
  std::ifstream file(path, std::ios::binary);
  file.seekg(first * kSamples);
  file.read(static_cast<char*>(images.data_ptr()), n * kSamples);
  HEARTH_CHECK_AS(FileError, file.good(), "[", path, "] cannot be read");
  return turned(images);
}

}  // namespace hearth::datasets
