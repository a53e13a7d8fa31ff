// SPDX-License-Identifier: Apache-2.0
// Finds the shape on a photograph: a digit on paper, a garment on a table.
#pragma once

#include <optional>

#include "hearth/vision/classification/fit.h"

namespace hearth::vision {

struct FoundShape {
  /// uint8 [1, h, w], the box around the shape: how much pixels differ from what is around it,
  /// from 0 (as noise does) to 255 (as the shape does).
  Tensor ink;
  /// Whether the shape is darker than what is around it.
  bool dark;
};

/// The shape on a gray picture, uint8 [1, H, W]; nothing where none stands out from an even,
/// smoothly lit background. With invert Yes only dark ones, with No only bright ones are looked
/// for.
std::optional<FoundShape> find_shape(const Tensor& gray, Invert invert);

}  // namespace hearth::vision
