// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "hearth/vision/transforms/auto_augment.h"

namespace hearth::vision::transforms {

/// The ops of a method and their greatest magnitudes.
struct AugmentSpace {
  std::vector<AugmentOp> ops;
  double shear, rotate, color;  ///< color: of Brightness, Color, Contrast and Sharpness
  /// Pixels; a part of the image's width or height where it is less than 1.
  double translate;
  int64_t bits, fewest_bits;  ///< of Posterize
};

/// Of AutoAugment, whose policies name their ops, and RandAugment.
const AugmentSpace& usual_space();
const AugmentSpace& wide_space();
const AugmentSpace& mix_space(bool all_ops);

/// From the least to the most, `bins` > 1 of them, as torchvision's float32 numbers; none of ops
/// that have no magnitude.
std::vector<double> magnitudes(const AugmentSpace& space, AugmentOp op, int64_t bins, Size image);

/// Whether a magnitude may be negative as well.
bool is_signed(AugmentOp op);

}  // namespace hearth::vision::transforms
