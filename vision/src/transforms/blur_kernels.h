// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "isa/select.h"

namespace hearth::vision {

/// Loops over lines of n values.
struct BlurKernels {
  void (*widen)(const uint8_t* in, int64_t n, float* out);
  void (*round)(const float* in, int64_t n, uint8_t* out);
  /// The sum of `count` lines times a weight each.
  void (*weigh)(const float* const* lines, const float* weights, int64_t count, int64_t n,
                float* out);
  /// Three lines above each other, whose pixels have neighbours `step` values away; all but the
  /// first and last pixel are changed: line + (smoothed - line) * amount.
  void (*sharpen)(const uint8_t* above, const uint8_t* line, const uint8_t* below, int64_t n,
                  int64_t step, float amount, uint8_t* out);
};
HEARTH_VISION_KERNELS(BlurKernels, blur_kernels)

}  // namespace hearth::vision
