// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/by_name.h"

#include <filesystem>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/datasets/vision/image_folder.h"
#include "hearth/datasets/vision/listed_pictures.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"
#include "hearth/vision/classification/classifier.h"
#include "hearth/vision/classification/picture_sources.h"

#include "vision/checked.h"
#include "vision/published_sets.h"
#include "vision/sources.h"

namespace hearth::datasets {
namespace {

namespace fs = std::filesystem;

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

const std::vector<PictureDatasetInfo>& picture_datasets() {
  static const std::vector<PictureDatasetInfo> all = [] {
    std::vector<PictureDatasetInfo> infos;
    for (const PublishedSet& set : published_sets()) infos.push_back(set.info);
    return infos;
  }();
  return all;
}

std::vector<std::string> picture_dataset_names() {
  std::vector<std::string> names;
  for (const PictureDatasetInfo& info : picture_datasets()) names.push_back(info.name);
  return names;
}

std::vector<std::string> labeled_images_names() {
  std::vector<std::string> names;
  for (const PictureDatasetInfo& info : picture_datasets())
    if (info.in_memory) names.push_back(info.name);
  return names;
}

bool is_picture_path(const std::string& name) {
  std::error_code none;
  return find_set(name) == nullptr && (name.find('/') != name.npos || fs::exists(name, none));
}

std::shared_ptr<vision::PictureSource> pictures(const std::string& name, Mode mode,
                                                const PictureOptions& options) {
  if (is_picture_path(name)) return of_path(name, mode, options);
  const PublishedSet& set = get_set(name);
  return checked(
      name, set.info.in_memory ? set.images(mode, options).pictures() : set.pictures(mode, options),
      options);
}

LabeledImages labeled_images(const std::string& name, Mode mode,
                             const LabeledImagesOptions& options) {
  if (const PublishedSet* set = find_set(name); set != nullptr && set->info.in_memory)
    return set->images(mode, options.pictures());
  return scaled(name, *pictures(name, mode, options.pictures()), mode, options);
}

std::vector<PictureDatasetFile> picture_dataset_files(const std::string& name,
                                                      const std::string& root) {
  const fs::path base = root_of(root, get_set(name).info.name.c_str());
  std::vector<PictureDatasetFile> files;
  for (sources::Part& part : sources::parts_of(name)) {
    PictureDatasetFile file{std::move(part.file), "", false};
    file.path = (base / part.folder / file.file.name).lexically_normal().string();
    for (const std::string& unpacked : part.unpacked) {
      std::error_code none;
      file.unpacked |= fs::exists(base / unpacked, none);
    }
    files.push_back(std::move(file));
  }
  return files;
}

bool is_picture_dataset_present(const std::string& name, const std::string& root) {
  std::error_code none;
  if (name == "imagenet") return fs::exists(root_of(root, "imagenet"), none);
  for (const PictureDatasetFile& file : picture_dataset_files(name, root))
    if (!file.unpacked && !fs::exists(file.path, none)) return false;
  return true;
}

void download_picture_dataset(const std::string& name, const std::string& root) {
  for (const PictureDatasetFile& file : picture_dataset_files(name, root))
    if (!file.unpacked) hub::download(file.file, fs::path(file.path).parent_path().string());
  const auto options = PictureOptions().root(root).download(true);
  for (const Mode mode : {Mode::kTrain, Mode::kTest}) pictures(name, mode, options);
}

}  // namespace hearth::datasets
