// SPDX-License-Identifier: Apache-2.0
// Images read at positions that a grid gives.
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth {

/// input [N, C, H, W] or [N, C, D, H, W] at the positions of grid [N, out..., 2 or 3] of the same
/// dtype, each (x, y) or (x, y, z) from -1 to 1. interpolation_mode: 0 bilinear, 1 nearest,
/// 2 bicubic (images only); padding_mode, for positions outside: 0 zeros, 1 border, 2 reflection.
/// With align_corners -1 and 1 are the corner pixels' centers, else their outer corners.
HEARTH_API Tensor grid_sampler(const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
                               int64_t padding_mode, bool align_corners);
HEARTH_API Tensor grid_sampler_2d(const Tensor& input, const Tensor& grid,
                                  int64_t interpolation_mode, int64_t padding_mode,
                                  bool align_corners);
HEARTH_API Tensor grid_sampler_3d(const Tensor& input, const Tensor& grid,
                                  int64_t interpolation_mode, int64_t padding_mode,
                                  bool align_corners);
/// The grid [N, H, W, 2] (theta [N, 2, 3]) or [N, D, H, W, 3] (theta [N, 3, 4]) with which
/// grid_sampler makes an image of `size` [N, C, spatial...] by the affine maps `theta`.
HEARTH_API Tensor affine_grid_generator(const Tensor& theta, IntArrayRef size, bool align_corners);

}  // namespace hearth
