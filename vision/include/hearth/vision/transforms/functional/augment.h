// SPDX-License-Identifier: Apache-2.0
// What transforms of augmentation are made of, as torchvision.transforms.v2.functional's.
#pragma once

#include <cstdint>

#include "hearth/tensor/tensor.h"

namespace hearth::vision::transforms::functional {

/// Images [..., C, H, W] with `v`, which broadcasts to [..., C, h, w], in rows i to i + h - 1 and
/// columns j to j + w - 1. Throws IndexError for what lies outside the image.
HEARTH_API Tensor erase(const Tensor& image, int64_t i, int64_t j, int64_t h, int64_t w,
                        const Tensor& v, bool inplace = false);

/// uint8 images [..., 1 or 3, H, W] encoded as JPEG files of a quality from 1 to 100, and decoded.
HEARTH_API Tensor jpeg(const Tensor& image, int64_t quality);

/// num_samples frames of a video [..., T, C, H, W], the first, the last, and others at equal
/// distances; some are taken several times where there are fewer.
HEARTH_API Tensor uniform_temporal_subsample(const Tensor& video, int64_t num_samples);

}  // namespace hearth::vision::transforms::functional
