// SPDX-License-Identifier: Apache-2.0
// Images at positions that a grid gives: functional forms.
#pragma once

#include <optional>
#include <variant>

#include "hearth/base/arg.h"
#include "hearth/nn/enum.h"
#include "hearth/tensor/tensor.h"

namespace hearth::nn::functional {

/// Options of F::grid_sample.
struct GridSampleFuncOptions {
  using mode_t = std::variant<enumtype::kBilinear, enumtype::kNearest, enumtype::kBicubic>;
  using padding_mode_t = std::variant<enumtype::kZeros, enumtype::kBorder, enumtype::kReflection>;
  HEARTH_ARG(mode_t, mode) = kBilinear;
  HEARTH_ARG(padding_mode_t, padding_mode) = kZeros;
  /// Whether -1 and 1 are the corner pixels' centers instead of their outer corners.
  HEARTH_ARG(std::optional<bool>, align_corners) = std::nullopt;
};

/// input [N, C, H, W] or [N, C, D, H, W] at the positions of grid [N, out..., 2 or 3], each (x, y)
/// or (x, y, z) from -1 to 1.
HEARTH_API Tensor grid_sample(const Tensor& input, const Tensor& grid,
                              const GridSampleFuncOptions& options = {});
/// The grid of affine maps theta [N, 2, 3] or [N, 3, 4], for images of `size` [N, C, spatial...].
HEARTH_API Tensor affine_grid(const Tensor& theta, IntArrayRef size, bool align_corners = false);

}  // namespace hearth::nn::functional
