// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/by_name.h"

#include <filesystem>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/datasets/cache.h"
#include "hearth/datasets/vision/digits.h"
#include "hearth/datasets/vision/image_folder.h"
#include "hearth/datasets/vision/listed_pictures.h"
#include "hearth/datasets/vision/mnist.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"
#include "hearth/vision/classification/classifier.h"
#include "hearth/vision/classification/picture_sources.h"

#include "vision/checked.h"

namespace hearth::datasets {
namespace {

namespace fs = std::filesystem;

struct Row {
  const char* name;
  LabeledImages (*open)(Mode mode, const PictureOptions& options);
};

constexpr Row kRows[] = {
    {"digits", [](Mode mode, const PictureOptions&) -> LabeledImages { return Digits(mode); }},
    {"emnist",
     [](Mode mode, const PictureOptions& o) -> LabeledImages {
       return EMNIST(o.root(), o.split().empty() ? "balanced" : o.split(), mode, o.download());
     }},
    {"fashion-mnist",
     [](Mode mode, const PictureOptions& o) -> LabeledImages {
       return FashionMNIST(o.root(), mode, o.download());
     }},
    {"kmnist",
     [](Mode mode, const PictureOptions& o) -> LabeledImages {
       return KMNIST(o.root(), mode, o.download());
     }},
    {"mnist",
     [](Mode mode, const PictureOptions& o) -> LabeledImages {
       return MNIST(o.root(), mode, o.download());
     }},
};

const Row* find_row(const std::string& name) {
  for (const Row& row : kRows)
    if (name == row.name) return &row;
  return nullptr;
}

[[noreturn]] void unknown(const std::string& name) {
  std::string known;
  for (const Row& row : kRows) known += cat_str(known.empty() ? "" : ", ", row.name);
  throw ValueError(cat_str("[datasets] there is no '", name, "'; known are ", known,
                           ", and folders, lists and archives of images"));
}

/// A folder that holds archives and no folders of classes.
bool holds_archives(const fs::path& folder) {
  bool archives = false;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored) && !it->path().filename().string().starts_with('.')) return false;
    archives |= it->path().extension() == ".tar";
  }
  return archives;
}

std::shared_ptr<vision::PictureSource> of_path(const std::string& path, Mode mode,
                                               const PictureOptions& options) {
  const std::string plain = path.ends_with(".gz") ? path.substr(0, path.size() - 3) : path;
  if (plain.ends_with(".csv") || plain.ends_with(".tsv"))
    return listed_pictures(path, mode, options);
  if (plain.ends_with(".tar") || path.ends_with(".tgz") || holds_archives(path))
    return archived_pictures(path, mode, options);
  return folder_pictures(path, mode, options);
}

/// All pictures of a source in memory, scaled to one size.
LabeledImages scaled(const std::string& path, const vision::PictureSource& source, Mode mode,
                     const LabeledImagesOptions& options) {
  const int64_t size = options.size();
  HEARTH_CHECK_AS(ValueError, size >= 1 && size <= 4096, "[labeled_images] size is 1 to 4096, got ",
                  size);
  const auto n = static_cast<int64_t>(source.size());
  Tensor pixels = empty({n, 3, size, size}, kByte);
  Progress progress(ProgressOptions("reading " + path).unit("images").total(n));
  for (int64_t i = 0; i < n; ++i) {
    progress.advance();
    const Tensor picture = source.picture(static_cast<size_t>(i));
    pixels.select(0, i).copy_(
        options.resize_size() > 0
            ? vision::center_fit(picture, {3, size, size}, options.resize_size())
            : vision::fit(picture, {3, size, size}, vision::Invert::No));
  }
  progress.finish();
  return LabeledImages(path, std::move(pixels), vision::targets(source), source.classes(), mode);
}

}  // namespace

std::vector<std::string> picture_dataset_names() { return labeled_images_names(); }

std::vector<std::string> labeled_images_names() {
  std::vector<std::string> names;
  for (const Row& row : kRows) names.emplace_back(row.name);
  return names;
}

bool is_picture_path(const std::string& name) {
  std::error_code none;
  return find_row(name) == nullptr && (name.find('/') != name.npos || fs::exists(name, none));
}

std::shared_ptr<vision::PictureSource> pictures(const std::string& name, Mode mode,
                                                const PictureOptions& options) {
  if (const Row* row = find_row(name))
    return checked(name, row->open(mode, options).pictures(), options);
  if (!is_picture_path(name)) unknown(name);
  return of_path(name, mode, options);
}

LabeledImages labeled_images(const std::string& name, Mode mode,
                             const LabeledImagesOptions& options) {
  if (const Row* row = find_row(name))
    return row->open(mode, PictureOptions(options.pictures()).download(true));
  return scaled(name, *pictures(name, mode, options.pictures()), mode, options);
}

DatasetFiles dataset_files(const std::string& name) {
  if (find_row(name) == nullptr) unknown(name);
  return {cache_folder(name), mnist_files(name)};
}

}  // namespace hearth::datasets
