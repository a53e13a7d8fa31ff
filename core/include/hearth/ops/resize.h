// SPDX-License-Identifier: Apache-2.0
// Resizing of floating [N, C, W] (1d) or [N, C, H, W] (2d) images. The result has input's memory
// format. `scales` are the factors that a caller asked for where output_size was rounded; they, not
// the sizes, then map positions. Sizes must be positive.
#pragma once

#include <optional>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// Each output is the input at floor(position / scale).
HEARTH_API Tensor upsample_nearest1d(const Tensor& self, IntArrayRef output_size,
                                     std::optional<double> scales = std::nullopt);
HEARTH_API Tensor upsample_nearest2d(const Tensor& self, IntArrayRef output_size,
                                     std::optional<double> scales_h = std::nullopt,
                                     std::optional<double> scales_w = std::nullopt);
/// Each output weighs its two (1d) or four (2d) neighbours. With align_corners the centers of the
/// corner pixels of both images coincide, else their outer corners.
HEARTH_API Tensor upsample_linear1d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                                    std::optional<double> scales = std::nullopt);
HEARTH_API Tensor upsample_bilinear2d(const Tensor& self, IntArrayRef output_size,
                                      bool align_corners,
                                      std::optional<double> scales_h = std::nullopt,
                                      std::optional<double> scales_w = std::nullopt);

/// [..., C r^2, H, W] to [..., C, H r, W r]: channels become pixels.
HEARTH_API Tensor pixel_shuffle(const Tensor& self, int64_t upscale_factor);
/// [..., C, H r, W r] to [..., C r^2, H, W].
HEARTH_API Tensor pixel_unshuffle(const Tensor& self, int64_t downscale_factor);

}  // namespace hearth
