// SPDX-License-Identifier: Apache-2.0
// Colors of images [..., C, H, W], of uint8, uint16, int8 to int64 (white is a type's largest
// number) or floating point in [0, 1]; leading dims are those of a batch. Names, defaults and
// results are those of torchvision.transforms.v2.functional with tensors: bytes are equal to its
// bytes, and white stays white where its integers wrap around. Images stay as they lie in memory,
// planar or interleaved. All throw DtypeError for other types and ShapeError for other shapes.
#pragma once

#include <cstdint>

#include "hearth/base/array_ref.h"
#include "hearth/tensor/tensor.h"

namespace hearth::vision::transforms::functional {

// ---- Of 1 or 3 channels. Factors are at least 0: 0 takes a property away, 1 keeps it. Throw
// ValueError for other factors.

/// Black mixed with the image.
HEARTH_API Tensor adjust_brightness(const Tensor& image, double brightness_factor);
/// The mean luma of the image mixed with it.
HEARTH_API Tensor adjust_contrast(const Tensor& image, double contrast_factor);
/// The luma of each pixel mixed with it. Gray images stay as they are.
HEARTH_API Tensor adjust_saturation(const Tensor& image, double saturation_factor);
/// Turns the hue of HSV, from 0 to 1 the circle of colors, by a factor between -0.5 and 0.5. Gray
/// images stay as they are. No gradient. Throws DtypeError for int32 and int64, too fine for
/// float32.
HEARTH_API Tensor adjust_hue(const Tensor& image, double hue_factor);
/// gain * image ^ gamma. Throws DtypeError for int32 and int64, too fine for float32.
HEARTH_API Tensor adjust_gamma(const Tensor& image, double gamma, double gain = 1);
/// The image mixed with one smoothed by its eight neighbours; above 1 it becomes sharper. The
/// outermost pixels stay as they are.
HEARTH_API Tensor adjust_sharpness(const Tensor& image, double sharpness_factor);

/// Luma (0.2989 R + 0.587 G + 0.114 B) in 1 or 3 channels; bytes are rounded down.
HEARTH_API Tensor rgb_to_grayscale(const Tensor& image, int64_t num_output_channels = 1);
/// A gray image's channel three times; what has three channels or more stays as it is.
HEARTH_API Tensor grayscale_to_rgb(const Tensor& image);

// ---- Of any number of channels, unless it says otherwise.

/// White minus the image.
HEARTH_API Tensor invert(const Tensor& image);
/// Keeps the upper `bits` bits, 0 to 8, below the sign.
HEARTH_API Tensor posterize(const Tensor& image, int64_t bits);
/// Inverts what is at least `threshold`, which is in the image's range.
HEARTH_API Tensor solarize(const Tensor& image, double threshold);
/// Stretches each channel, of 1 or 3, from its darkest to its brightest value.
HEARTH_API Tensor autocontrast(const Tensor& image);
/// Gives each channel an even histogram, by Pillow's rule.
HEARTH_API Tensor equalize(const Tensor& image);
/// Channel i of the result is channel permutation[i] of the image.
HEARTH_API Tensor permute_channels(const Tensor& image, IntArrayRef permutation);

}  // namespace hearth::vision::transforms::functional
