// SPDX-License-Identifier: Apache-2.0
// Smoothing and noise of images [..., C, H, W], of integers or floating point in [0, 1], as
// torchvision.transforms.v2.functional's. Throw DtypeError for other types and ShapeError for other
// shapes.
#pragma once

#include <cstdint>
#include <optional>

#include "hearth/base/array_ref.h"
#include "hearth/base/generator.h"
#include "hearth/tensor/tensor.h"

namespace hearth::vision::transforms::functional {

/// Weighs neighbours by a Gaussian; the image is mirrored at its borders without the last pixel.
/// kernel_size: odd, width and height, or one number for both; sigma: alike, by default 0.15 times
/// the size plus 0.35. Computed in float32, or in float64 for such images; integers are rounded.
/// Throws ValueError for other numbers, and ShapeError where half a kernel is not smaller than the
/// image.
HEARTH_API Tensor gaussian_blur(const Tensor& image, IntArrayRef kernel_size,
                                ArrayRef<double> sigma = {});

/// Adds normal numbers to uint8 or floating point, of which those of bytes are cut off behind the
/// point: mean and sigma are those of images in [0, 1] for bytes too. clip: results stay in the
/// image's range; bytes wrap around otherwise. Without a generator the default one is used.
HEARTH_API Tensor gaussian_noise(const Tensor& image, double mean = 0, double sigma = 0.1,
                                 bool clip = true, std::optional<Generator> generator = {});

}  // namespace hearth::vision::transforms::functional
