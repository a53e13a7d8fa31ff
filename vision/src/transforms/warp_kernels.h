// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "isa/select.h"

namespace hearth::vision {

/// Where a map of the plane reads the pixels of a result, as torchvision's grids of float32 numbers
/// say: in units of half an image, -1 to 1.
struct PlaneRead {
  float first_x = 0, first_y = 0;  ///< of the result's first pixel; the next is 1 further
  float x[3] = {}, y[3] = {};      ///< factors of a pixel's place, and a number more
  bool projective = false;
  float w[3] = {};  ///< projective: what both are divided by, before 1 is subtracted
};

/// The four pixels around each of a row's places, numbered along the image's rows, and their
/// weights.
struct BilinearTaps {
  int32_t* at[4];  ///< height * width outside
  float* weight[4];
};

struct WarpKernels {
  /// The places of n pixels of row `row` of the result.
  void (*places)(const PlaneRead& read, int32_t row, int32_t n, float* x, float* y);
  /// The pixels next to n places, numbered along rows; -1 outside of height x width.
  void (*nearest)(const float* x, const float* y, int32_t n, int32_t height, int32_t width,
                  int32_t* pixels);
  void (*bilinear)(const float* x, const float* y, int32_t n, int32_t height, int32_t width,
                   const BilinearTaps& taps);
  /// Pixels of four elements each at n taps. With `fill`, which is not null: three colors that show
  /// through where there is no image, and the fourth element is 1 wherever there is.
  void (*blend)(const BilinearTaps& taps, int32_t n, const float* in, const float* fill,
                float* out);
};
HEARTH_VISION_KERNELS(WarpKernels, warp_kernels)

}  // namespace hearth::vision
