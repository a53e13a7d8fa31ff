// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "hearth/vision/transforms/modes.h"
#include "hearth/vision/types.h"

namespace hearth::vision::transforms::functional {

/// A part of an image [..., C, H, W], a view of it; pixels beyond its borders are 0.
HEARTH_API Tensor crop(const Tensor& image, int64_t top, int64_t left, int64_t height,
                       int64_t width);
HEARTH_API Image crop(const Image& image, int64_t top, int64_t left, int64_t height, int64_t width);
HEARTH_API Mask crop(const Mask& mask, int64_t top, int64_t left, int64_t height, int64_t width);
/// Cut off at the borders of the part.
HEARTH_API BoundingBoxes crop(const BoundingBoxes& boxes, int64_t top, int64_t left, int64_t height,
                              int64_t width);
HEARTH_API KeyPoints crop(const KeyPoints& points, int64_t top, int64_t left, int64_t height,
                          int64_t width);

/// The middle; around what is smaller than `size` there are zeros.
HEARTH_API Tensor center_crop(const Tensor& image, Size size);
HEARTH_API Image center_crop(const Image& image, Size size);
HEARTH_API Mask center_crop(const Mask& mask, Size size);
HEARTH_API BoundingBoxes center_crop(const BoundingBoxes& boxes, Size size);
HEARTH_API KeyPoints center_crop(const KeyPoints& points, Size size);

/// `resize` of `crop`.
HEARTH_API Tensor resized_crop(const Tensor& image, int64_t top, int64_t left, int64_t height,
                               int64_t width, Size size,
                               InterpolationMode interpolation = InterpolationMode::Bilinear,
                               bool antialias = true);

/// The four corners (upper left, upper right, lower left, lower right) and the middle. Throws
/// ValueError where the image is smaller than `size`.
HEARTH_API std::array<Tensor, 5> five_crop(const Tensor& image, Size size);
/// five_crop of the image, and of it mirrored (left and right, or top and bottom).
HEARTH_API std::array<Tensor, 10> ten_crop(const Tensor& image, Size size,
                                           bool vertical_flip = false);

}  // namespace hearth::vision::transforms::functional
