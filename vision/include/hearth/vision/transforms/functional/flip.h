// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/vision/types.h"

namespace hearth::vision::transforms::functional {

/// Left and right change places: an image [..., C, H, W].
HEARTH_API Tensor horizontal_flip(const Tensor& image);
HEARTH_API Image horizontal_flip(const Image& image);
HEARTH_API Mask horizontal_flip(const Mask& mask);
HEARTH_API BoundingBoxes horizontal_flip(const BoundingBoxes& boxes);
/// Points are pixels: the last column becomes the first.
HEARTH_API KeyPoints horizontal_flip(const KeyPoints& points);

/// Top and bottom change places.
HEARTH_API Tensor vertical_flip(const Tensor& image);
HEARTH_API Image vertical_flip(const Image& image);
HEARTH_API Mask vertical_flip(const Mask& mask);
HEARTH_API BoundingBoxes vertical_flip(const BoundingBoxes& boxes);
HEARTH_API KeyPoints vertical_flip(const KeyPoints& points);

/// torchvision's short names.
inline Tensor hflip(const Tensor& image) { return horizontal_flip(image); }
inline Tensor vflip(const Tensor& image) { return vertical_flip(image); }

}  // namespace hearth::vision::transforms::functional
