// SPDX-License-Identifier: Apache-2.0
#include "vision/folder_sets.h"

#include <algorithm>
#include <filesystem>

#include "hearth/datasets/vision/image_folder.h"

#include "vision/sources.h"

namespace hearth::datasets {

std::vector<PictureFile> picture_files(std::vector<LabeledFile> files) {
  std::vector<PictureFile> pictures;
  for (LabeledFile& file : files) pictures.push_back({std::move(file.path), file.target});
  return pictures;
}

std::shared_ptr<vision::PictureSource> named_folders(
    const std::string& folder, const std::map<std::string, std::string>& names) {
  ClassFiles all =
      class_files(folder, {.whole = true, .extensions = picture_extensions(), .what = "pictures"});
  for (std::string& name : all.classes)
    if (const auto known = names.find(name); known != names.end()) name = known->second;
  return std::make_shared<PictureFiles>(folder, picture_files(std::move(all.files)),
                                        std::move(all.classes));
}

std::shared_ptr<vision::PictureSource> eurosat_pictures(const std::string& root, Mode mode,
                                                        const PictureOptions& options,
                                                        bool download) {
  return folder_pictures(find(sources::eurosat(), root, download), mode, options);
}

std::shared_ptr<vision::PictureSource> caltech101_pictures(const std::string& root, Mode mode,
                                                           const PictureOptions& options,
                                                           bool download) {
  const Archive images = sources::caltech101();
  const std::string unpacked = root_of(root, images.name) + "/" + images.folder;
  std::error_code error;
  if (!std::filesystem::is_directory(unpacked, error))
    find_member(sources::caltech101_packed(), root, download);
  const std::string folder = find(images, root, download);
  ClassFolderOptions how{.mode = mode,
                         .whole = true,
                         .test_share = options.test_share(),
                         .seed = options.seed(),
                         .extensions = picture_extensions(),
                         .what = "pictures"};
  ClassFiles all = class_files(folder, how);
  // What shows none of the objects.
  const auto none = std::find(all.classes.begin(), all.classes.end(), "BACKGROUND_Google");
  if (none != all.classes.end()) {
    const int64_t left_out = none - all.classes.begin();
    all.classes.erase(none);
    std::erase_if(all.files, [&](const LabeledFile& file) { return file.target == left_out; });
    for (LabeledFile& file : all.files) file.target -= file.target > left_out;
  }
  how.whole = options.whole();
  split_classes(all, folder, how);
  return std::make_shared<PictureFiles>(folder, picture_files(std::move(all.files)),
                                        std::move(all.classes));
}

}  // namespace hearth::datasets
