// SPDX-License-Identifier: Apache-2.0
// Resizing of [N, C, W] (1d), [N, C, H, W] (2d) or [N, C, D, H, W] (3d): floating tensors, and
// bytes where not linear in one or three dims. The result has input's memory format. `scales` are
// the factors that a caller asked for where output_size was rounded; they, not the sizes, then map
// positions. Sizes must be positive.
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
HEARTH_API Tensor upsample_nearest3d(const Tensor& self, IntArrayRef output_size,
                                     std::optional<double> scales_d = std::nullopt,
                                     std::optional<double> scales_h = std::nullopt,
                                     std::optional<double> scales_w = std::nullopt);
/// Each output is the input under its pixel's middle.
HEARTH_API Tensor _upsample_nearest_exact1d(const Tensor& self, IntArrayRef output_size,
                                            std::optional<double> scales = std::nullopt);
HEARTH_API Tensor _upsample_nearest_exact2d(const Tensor& self, IntArrayRef output_size,
                                            std::optional<double> scales_h = std::nullopt,
                                            std::optional<double> scales_w = std::nullopt);
HEARTH_API Tensor _upsample_nearest_exact3d(const Tensor& self, IntArrayRef output_size,
                                            std::optional<double> scales_d = std::nullopt,
                                            std::optional<double> scales_h = std::nullopt,
                                            std::optional<double> scales_w = std::nullopt);
/// Each output weighs its two neighbours along each dim. With align_corners the centers of the
/// corner pixels of both images coincide, else their outer corners.
HEARTH_API Tensor upsample_linear1d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                                    std::optional<double> scales = std::nullopt);
HEARTH_API Tensor upsample_bilinear2d(const Tensor& self, IntArrayRef output_size,
                                      bool align_corners,
                                      std::optional<double> scales_h = std::nullopt,
                                      std::optional<double> scales_w = std::nullopt);
HEARTH_API Tensor upsample_trilinear3d(const Tensor& self, IntArrayRef output_size,
                                       bool align_corners,
                                       std::optional<double> scales_d = std::nullopt,
                                       std::optional<double> scales_h = std::nullopt,
                                       std::optional<double> scales_w = std::nullopt);
/// Each output weighs its four neighbours along each dim, by a cubic curve.
HEARTH_API Tensor upsample_bicubic2d(const Tensor& self, IntArrayRef output_size,
                                     bool align_corners,
                                     std::optional<double> scales_h = std::nullopt,
                                     std::optional<double> scales_w = std::nullopt);
/// Where the image shrinks, each output weighs all that its pixel covers.
HEARTH_API Tensor _upsample_bilinear2d_aa(const Tensor& self, IntArrayRef output_size,
                                          bool align_corners,
                                          std::optional<double> scales_h = std::nullopt,
                                          std::optional<double> scales_w = std::nullopt);
HEARTH_API Tensor _upsample_bicubic2d_aa(const Tensor& self, IntArrayRef output_size,
                                         bool align_corners,
                                         std::optional<double> scales_h = std::nullopt,
                                         std::optional<double> scales_w = std::nullopt);

// The same with either sizes or one factor for each spatial dim; ValueError for both or none.
#define HEARTH_UPSAMPLE(name)                                                  \
  HEARTH_API Tensor name(const Tensor& input, OptionalIntArrayRef output_size, \
                         std::optional<ArrayRef<double>> scale_factors);
#define HEARTH_UPSAMPLE_ALIGNED(name)                                                              \
  HEARTH_API Tensor name(const Tensor& input, OptionalIntArrayRef output_size, bool align_corners, \
                         std::optional<ArrayRef<double>> scale_factors);
HEARTH_UPSAMPLE(upsample_nearest1d)
HEARTH_UPSAMPLE(upsample_nearest2d)
HEARTH_UPSAMPLE(upsample_nearest3d)
HEARTH_UPSAMPLE(_upsample_nearest_exact1d)
HEARTH_UPSAMPLE(_upsample_nearest_exact2d)
HEARTH_UPSAMPLE(_upsample_nearest_exact3d)
HEARTH_UPSAMPLE_ALIGNED(upsample_linear1d)
HEARTH_UPSAMPLE_ALIGNED(upsample_bilinear2d)
HEARTH_UPSAMPLE_ALIGNED(upsample_trilinear3d)
HEARTH_UPSAMPLE_ALIGNED(upsample_bicubic2d)
HEARTH_UPSAMPLE_ALIGNED(_upsample_bilinear2d_aa)
HEARTH_UPSAMPLE_ALIGNED(_upsample_bicubic2d_aa)
#undef HEARTH_UPSAMPLE
#undef HEARTH_UPSAMPLE_ALIGNED

/// [..., C r^2, H, W] to [..., C, H r, W r]: channels become pixels.
HEARTH_API Tensor pixel_shuffle(const Tensor& self, int64_t upscale_factor);
/// [..., C, H r, W r] to [..., C r^2, H, W].
HEARTH_API Tensor pixel_unshuffle(const Tensor& self, int64_t downscale_factor);
/// The channels of [N, C, ...] by turns: the first of each group, the second of each ...
HEARTH_API Tensor channel_shuffle(const Tensor& self, int64_t groups);
HEARTH_API Tensor native_channel_shuffle(const Tensor& self, int64_t groups);

}  // namespace hearth
