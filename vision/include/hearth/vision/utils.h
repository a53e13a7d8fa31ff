// SPDX-License-Identifier: Apache-2.0
// torchvision.utils: many images as one.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::vision::utils {

/// Options of make_grid, with torchvision's names and defaults.
struct MakeGridOptions {
  MakeGridOptions() = default;
  MakeGridOptions(int64_t images_in_a_row) : nrow_(images_in_a_row) {}
  /// Images in a row.
  HEARTH_ARG(int64_t, nrow) = 8;
  /// Pixels between images and around them.
  HEARTH_ARG(int64_t, padding) = 2;
  /// Bring values into 0 to 1: the smallest becomes 0, the largest 1.
  HEARTH_ARG(bool, normalize) = false;
  /// With normalize: what becomes 0 and 1 instead; values beyond are cut off.
  using Range = std::optional<std::pair<double, double>>;
  HEARTH_ARG(Range, value_range);
  /// With normalize: each image by its own smallest and largest value.
  HEARTH_ARG(bool, scale_each) = false;
  /// Between images and around them.
  HEARTH_ARG(double, pad_value) = 0;
};

/// Images [N, C, H, W] of any type as one, [C, rows * (H + padding) + padding, ...]; gray ones
/// become RGB. A single image, also [C, H, W] or [H, W], comes back without padding. No gradient.
/// Throws ShapeError and ValueError for what is none. As torchvision.utils.make_grid.
HEARTH_API Tensor make_grid(const Tensor& images, const MakeGridOptions& options = {});
/// The same of images [C, H, W] of one size.
HEARTH_API Tensor make_grid(TensorList images, const MakeGridOptions& options = {});

/// Writes the grid of float images, 0 black and 1 white, in the format of the name's ending, as
/// io::write_image. Throws FileError, and ValueError for another ending. As
/// torchvision.utils.save_image.
HEARTH_API void save_image(const Tensor& images, const std::string& path,
                           const MakeGridOptions& options = {});

}  // namespace hearth::vision::utils
