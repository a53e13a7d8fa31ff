// SPDX-License-Identifier: Apache-2.0
// How training pictures change, as options of a command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hearth/vision/classification/augmentation.h"

#include "common/options.h"

struct PictureChanges {
  std::optional<int64_t> shift;
  std::string flip = "auto";
  std::optional<double> crop, erase, mixup, cutmix;
  std::optional<std::string> trivial_augment;

  void declare(OptionList& options);
  /// Fills what was left open.
  void settle(const PictureChanges& recipe);
  /// `flips`: whether a mirrored picture of this data shows the same; `crops`: whether pictures are
  /// larger than what the model takes, so that there is something to cut out; `width`: of what it
  /// takes.
  hearth::vision::Augmentation augmentation(bool flips, bool crops, int64_t width) const;
};
