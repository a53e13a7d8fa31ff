// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/callable.h"
#include "hearth/vision/transforms/functional/pad.h"
#include "hearth/vision/transforms/modes.h"
#include "hearth/vision/types.h"

namespace hearth::vision::transforms {

/// Writes where each pixel of a row of a result is read, from -1 to 1 as in grids.
using RowPlaces = Callable<void(int32_t row, float* x, float* y)>;

/// Whether warp_rows does what apply_grid would: of bytes and float on the CPU, no gradients.
bool warps_by_rows(const Tensor& image, Size to);

/// The image [..., C, H, W] read at a row of places at a time, which is what apply_grid makes of a
/// grid of them, to the last bit and in one pass over memory. `who` is for messages.
Tensor warp_rows(const Tensor& image, Size to, const RowPlaces& places, InterpolationMode mode,
                 const Fill& fill, const char* who);

}  // namespace hearth::vision::transforms
