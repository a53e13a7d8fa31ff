// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "hearth/vision/transforms/modes.h"
#include "hearth/vision/types.h"

namespace hearth::vision::transforms::functional {

/// An image [..., C, H, W] at another size; itself where it has that size. Bytes become what Pillow
/// (13) makes of them, bit for bit, with `antialias`; without it, by the nearest pixel, and other
/// numbers, what torchvision makes of tensors, but that numbers of 16 bits are rounded and stay in
/// their range; by Box and Hamming, what Pillow makes of numbers. Interleaved images (channels
/// last) stay so. Throws ShapeError, and ValueError for sizes that are not positive and for Box,
/// Hamming and Lanczos without antialias.
HEARTH_API Tensor resize(const Tensor& image, Size size,
                         InterpolationMode interpolation = InterpolationMode::Bilinear,
                         bool antialias = true);
inline Image resize(const Image& image, Size size,
                    InterpolationMode interpolation = InterpolationMode::Bilinear,
                    bool antialias = true) {
  return {resize(image.data, size, interpolation, antialias)};
}
/// By the nearest pixel, unless `interpolation` is NearestExact.
HEARTH_API Mask resize(const Mask& mask, Size size,
                       InterpolationMode interpolation = InterpolationMode::Nearest,
                       bool antialias = true);
HEARTH_API BoundingBoxes resize(const BoundingBoxes& boxes, Size size, InterpolationMode = {},
                                bool antialias = true);
HEARTH_API KeyPoints resize(const KeyPoints& points, Size size, InterpolationMode = {},
                            bool antialias = true);

/// The size in which an image's shorter edge is `shorter`, the other rounded down; if that is more
/// than `max_size`, the longer edge is that. Without `shorter`, the longer edge is `max_size`.
HEARTH_API Size resized_size(Size image, std::optional<int64_t> shorter,
                             std::optional<int64_t> max_size = std::nullopt);

}  // namespace hearth::vision::transforms::functional
