// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/image_folder.h"

#include "hearth/datasets/vision/picture_files.h"

#include "class_folders.h"
#include "vision/checked.h"
#include "vision/folder_sets.h"

namespace hearth::datasets {

std::shared_ptr<vision::PictureSource> folder_pictures(const std::string& root, Mode mode,
                                                       const PictureOptions& options) {
  const ClassFolderOptions folders{
      .mode = mode,
      .whole = options.whole(),
      .test_share = options.test_share(),
      .seed = options.seed(),
      .extensions = options.extensions().empty() ? picture_extensions() : options.extensions(),
      .what = "pictures",
      .part = options.split(),
      .allow_empty = options.allow_empty()};
  ClassFiles all = class_files(root, folders);
  return checked(
      root, std::make_shared<PictureFiles>(root, picture_files(std::move(all.files)), all.classes),
      options);
}

ImageFolder::ImageFolder(const std::string& root, Mode mode, const PictureOptions& options)
    : PictureDataset(folder_pictures(root, mode, options)) {}

}  // namespace hearth::datasets
