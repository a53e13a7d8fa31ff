// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "hearth/datasets/vision/picture_dataset.h"

namespace hearth::datasets {

/// The source as the options want it: without broken pictures, if they are to be skipped. Throws
/// FormatError, naming `origin`, if there is no picture.
std::shared_ptr<vision::PictureSource> checked(const std::string& origin,
                                               std::shared_ptr<vision::PictureSource> source,
                                               const PictureOptions& options);

}  // namespace hearth::datasets
