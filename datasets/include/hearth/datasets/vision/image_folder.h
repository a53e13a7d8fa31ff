// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/base/arg.h"
#include "hearth/datasets/vision/labeled_images.h"

namespace hearth::datasets {

struct ImageFolderOptions {
  /// Images become squares of so many pixels.
  HEARTH_ARG(int64_t, size) = 32;
  /// What the shorter side of a picture becomes, before the middle of it is cut out; 0: the whole
  /// picture is filled up to a square.
  HEARTH_ARG(int64_t, resize_size) = 0;
  /// How much of each class is kept for testing, where the folder has no part for that.
  HEARTH_ARG(double, test_share) = 0.2;
  /// Names that choice.
  HEARTH_ARG(uint64_t, seed) = 0;
  /// Leave out images that cannot be read, and say how many; otherwise the first is an error.
  HEARTH_ARG(bool, skip_broken) = false;
};

/// The images of a folder whose subfolders are the classes, in the order of their names (as
/// torchvision's ImageFolder):
///
///     photos/cat/1.jpg   photos/cat/old/2.png   photos/dog/3.jpg
///
/// or photos/train/cat/..., photos/val/cat/... (or test/, valid/), which say themselves what is for
/// training and what for testing. Without such parts, a share of each class is for testing, the
/// same whenever it is opened. PNG and JPEG files, of any size: each is filled up to a square with
/// the shade of its border, then scaled, as vision::fit does; three channels. All are kept in
/// memory. Throws FileError and FormatError, which name the folder or file.
class HEARTH_API ImageFolder : public LabeledImages {
 public:
  explicit ImageFolder(const std::string& root, Mode mode = Mode::kTrain,
                       const ImageFolderOptions& options = {});
};

}  // namespace hearth::datasets
