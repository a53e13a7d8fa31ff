// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "isa/select.h"

namespace hearth::vision {

/// Loops over the colors of n pixels, red, green and blue in arrays of their own. They round as
/// torchvision's chains of float32 operations do, so bytes are equal to its bytes.
struct ColorKernels {
  void (*split)(const uint8_t* rgb, int64_t n, uint8_t* r, uint8_t* g, uint8_t* b);
  void (*join)(const uint8_t* r, const uint8_t* g, const uint8_t* b, int64_t n, uint8_t* rgb);
  /// Luma, rounded down.
  void (*luma)(const uint8_t* r, const uint8_t* g, const uint8_t* b, int64_t n, uint8_t* out);
  int64_t (*luma_sum)(const uint8_t* r, const uint8_t* g, const uint8_t* b, int64_t n);
  /// In place: factor * color + (1 - factor) * luma.
  void (*saturate)(uint8_t* r, uint8_t* g, uint8_t* b, int64_t n, double factor);
  /// In place: hue, a number in [0, 1), plus `shift`, by way of HSV.
  void (*turn)(uint8_t* r, uint8_t* g, uint8_t* b, int64_t n, float shift);
  void (*turn_float)(float* r, float* g, float* b, int64_t n, float shift);
  /// (in & keep) ^ flip.
  void (*mask)(const uint8_t* in, int64_t n, uint8_t keep, uint8_t flip, uint8_t* out);
  /// The smallest and the largest of n > 0 bytes.
  void (*extremes)(const uint8_t* in, int64_t n, uint8_t* smallest, uint8_t* largest);
  /// a * of_a + b * of_b, each product rounded.
  void (*mix)(const float* a, float of_a, const float* b, float of_b, int64_t n, float* out);
  /// Bytes times 1 / 255.
  void (*to_unit)(const uint8_t* in, int64_t n, float* out);
};
HEARTH_VISION_KERNELS(ColorKernels, color_kernels)

}  // namespace hearth::vision
