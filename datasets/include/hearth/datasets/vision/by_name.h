// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/datasets/dataset_files.h"
#include "hearth/datasets/vision/labeled_images.h"
#include "hearth/datasets/vision/picture_dataset.h"

namespace hearth::datasets {

/// A data set of pictures by its name (see picture_dataset_names), or those of a path: a folder of
/// classes (folder_pictures), a list (.csv, .tsv, listed_pictures), or tar archives (.tar, a folder
/// of such, a pattern with braces, archived_pictures). Nothing is downloaded unless
/// `options.download()`. Throws ValueError for a name that is none, FileError and FormatError.
HEARTH_API std::shared_ptr<vision::PictureSource> pictures(const std::string& name_or_path,
                                                           Mode mode,
                                                           const PictureOptions& options = {});

/// The names that `pictures` knows: digits, emnist, fashion-mnist, kmnist, mnist ...
HEARTH_API std::vector<std::string> picture_dataset_names();
/// Whether that is a path: it has a slash, or is a file or folder and no data set's name.
HEARTH_API bool is_picture_path(const std::string& name_or_path);

/// Of one of these names. ValueError for another one.
HEARTH_API DatasetFiles dataset_files(const std::string& name);

struct LabeledImagesOptions {
  /// What is a path becomes squares of so many pixels.
  HEARTH_ARG(int64_t, size) = 32;
  /// What the shorter side of a picture becomes, before the middle of it is cut out; 0: the whole
  /// picture is filled up to a square with the shade of its border, as vision::fit does.
  HEARTH_ARG(int64_t, resize_size) = 0;
  HEARTH_ARG(PictureOptions, pictures);
};

/// The names of data sets that are images of one size, which labeled_images keeps in memory.
HEARTH_API std::vector<std::string> labeled_images_names();
/// A data set of these by name, downloaded into the cache if missing; or the pictures of a path,
/// all scaled to one size.
HEARTH_API LabeledImages labeled_images(const std::string& name_or_path, Mode mode,
                                        const LabeledImagesOptions& options = {});

}  // namespace hearth::datasets
