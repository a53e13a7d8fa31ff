// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hearth/datasets/dataset_files.h"
#include "hearth/datasets/vision/image_folder.h"

namespace hearth::datasets {

/// The names that labeled_images knows: digits, emnist, fashion-mnist, kmnist, mnist.
HEARTH_API std::vector<std::string> labeled_images_names();

/// A data set of labelled images by name, with its defaults, downloaded into the cache if missing;
/// or an ImageFolder by its path, which has a slash or is a folder's. ValueError for another name.
HEARTH_API LabeledImages labeled_images(const std::string& name_or_path, Mode mode,
                                        const ImageFolderOptions& folder = {});
/// Whether that is the path of an ImageFolder.
HEARTH_API bool is_image_folder(const std::string& name_or_path);

/// Of one of labeled_images_names(). ValueError for another name.
HEARTH_API DatasetFiles dataset_files(const std::string& name);

}  // namespace hearth::datasets
