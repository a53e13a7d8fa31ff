// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "isa/select.h"

namespace hearth::vision {

/// Where an affine map reads the pixels of a result of height x width, as torchvision's grid of
/// float32 numbers says: in units of half an image, -1 to 1.
struct AffineRead {
  float x[3], y[3];  ///< factors of a pixel's place from the middle, and a number more
  int32_t height, width;
};

struct WarpKernels {
  /// The pixels next to where row `row` of the result is read, numbered along rows; -1 outside.
  void (*nearest)(const AffineRead& read, int32_t row, int32_t* pixels);
};
HEARTH_VISION_KERNELS(WarpKernels, warp_kernels)

}  // namespace hearth::vision
