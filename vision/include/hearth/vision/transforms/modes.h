// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace hearth::vision::transforms {

/// How pixels between pixels are found. Box, Hamming and Lanczos are for antialias.
enum class InterpolationMode : int8_t {
  Nearest,       ///< the pixel at floor(position * scale)
  NearestExact,  ///< the pixel under the middle
  Bilinear,
  Bicubic,
  Box,
  Hamming,
  Lanczos,
};

/// What lies beyond the border of an image: a value; the last pixel again; the pixels mirrored
/// without the last (reflect) or with it (symmetric).
enum class PaddingMode : int8_t { Constant, Edge, Reflect, Symmetric };

}  // namespace hearth::vision::transforms
