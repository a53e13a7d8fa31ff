// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "hearth/base/macros.h"

namespace hearth::vision {

/// How training pictures change each time they are seen.
struct HEARTH_API Augmentation {
  /// Moves by up to so many pixels in both directions; what comes in is 0.
  int64_t shift = 0;
  /// Mirrors left and right half of the time.
  bool flip = false;

  // ---- Of trainings on a PictureSource.

  /// Takes a part of the picture at random, whose area is such a share of the whole, and scales it
  /// to the model's size (RandomResizedCrop); otherwise pictures are fitted whole, and shifted.
  std::optional<std::pair<double, double>> crop;
  /// One random change of color or shape of random strength (TrivialAugmentWide).
  bool trivial_augment = false;
  /// The probability that a random rectangle is erased (RandomErasing).
  double erase = 0;
  /// Above 0, batches are mixed with themselves, by one of both at random where both are: pixels
  /// and targets, by parts of the Beta distribution with this alpha.
  double mixup = 0, cutmix = 0;

  /// Whether it is nothing but shift and flip.
  bool is_simple() const {
    return !crop && !trivial_augment && erase == 0 && mixup == 0 && cutmix == 0;
  }
  /// "shift 1, flip 1", with what else there is.
  std::string describe() const;
};

}  // namespace hearth::vision
