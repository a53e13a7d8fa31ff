// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hearth/vision/transforms/functional/pad.h"
#include "hearth/vision/transforms/modes.h"
#include "hearth/vision/types.h"

namespace hearth::vision::transforms {

/// The type in which places in an image are computed.
ScalarType grid_type(const Tensor& image);

/// The middles of pixels, [1, H, W, 3]: x from x0 to x1, y from y0 to y1, and 1.
Tensor pixel_grid(Size size, double x0, double x1, double y0, double y1, const TensorOptions& type);

/// Throws unless such an image can be warped like this.
void check_warp(const Tensor& image, InterpolationMode mode, const Fill& fill, const char* who);

/// The image [..., C, H, W] read at the places of grid [1, h, w, 2], each from -1 to 1. `who` is
/// for messages.
Tensor apply_grid(const Tensor& image, const Tensor& grid, InterpolationMode mode, const Fill& fill,
                  const char* who);

/// How the format of boxes of integers is changed: as floats, which are cut off behind the point
/// last, or as the integers that they are.
enum class WholeBoxes { AreFloats, StayWhole };
/// The corners of boxes [..., 4] of any format as points [4 N, 2], of float unless they are double.
Tensor box_corners(const BoundingBoxes& boxes, WholeBoxes whole = WholeBoxes::AreFloats);
/// The boxes around four points each, in the format, shape and type of `like`, cut off at a canvas.
BoundingBoxes boxes_around(const Tensor& corners, const BoundingBoxes& like, Size canvas,
                           WholeBoxes whole = WholeBoxes::AreFloats);

}  // namespace hearth::vision::transforms
