// SPDX-License-Identifier: Apache-2.0
// Published data sets that are folders of classes.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hearth/datasets/vision/picture_dataset.h"
#include "hearth/datasets/vision/picture_files.h"

#include "class_folders.h"

namespace hearth::datasets {

std::vector<PictureFile> picture_files(std::vector<LabeledFile> files);

/// All pictures of a folder, whose classes get other names than their folders have.
std::shared_ptr<vision::PictureSource> named_folders(
    const std::string& folder, const std::map<std::string, std::string>& names);

/// Sets that have no part for testing; the options say how they are divided.
std::shared_ptr<vision::PictureSource> eurosat_pictures(const std::string& root, Mode mode,
                                                        const PictureOptions& options,
                                                        bool download);
std::shared_ptr<vision::PictureSource> caltech101_pictures(const std::string& root, Mode mode,
                                                           const PictureOptions& options,
                                                           bool download);

}  // namespace hearth::datasets
