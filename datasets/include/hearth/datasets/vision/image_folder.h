// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "hearth/datasets/vision/picture_dataset.h"

namespace hearth::datasets {

/// The pictures of a folder whose subfolders are the classes, in the order of their names (as
/// torchvision's ImageFolder):
///
///     photos/cat/1.jpg   photos/cat/old/2.png   photos/dog/3.jpg
///
/// or photos/train/cat/..., photos/val/cat/... (or test/, valid/), which say themselves what is for
/// training and what for testing. Without such parts, a share of each class is for testing, the
/// same whenever it is opened, unless `whole` is asked for. Throws FileError and FormatError, which
/// name the folder or file.
class HEARTH_API ImageFolder : public PictureDataset {
 public:
  explicit ImageFolder(const std::string& root, Mode mode = Mode::kTrain,
                       const PictureOptions& options = {});
};

/// The same as a source, for training and judging.
HEARTH_API std::shared_ptr<vision::PictureSource> folder_pictures(
    const std::string& root, Mode mode = Mode::kTrain, const PictureOptions& options = {});

}  // namespace hearth::datasets
