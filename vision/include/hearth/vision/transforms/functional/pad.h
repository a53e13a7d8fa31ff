// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "hearth/vision/transforms/modes.h"
#include "hearth/vision/types.h"

namespace hearth::vision::transforms {

/// Pixels to add at each side; negative ones are cut off. From one number, or from one for the
/// sides and one for top and bottom, as in torchvision.
struct Padding {
  int64_t left = 0, top = 0, right = 0, bottom = 0;
  Padding() = default;
  Padding(int64_t all) : Padding(all, all) {}
  Padding(int64_t sides, int64_t top_and_bottom)
      : Padding(sides, top_and_bottom, sides, top_and_bottom) {}
  Padding(int64_t l, int64_t t, int64_t r, int64_t b) : left(l), top(t), right(r), bottom(b) {}
};

/// What new pixels become: one number, or one for each channel; none is 0.
using Fill = std::vector<double>;

namespace functional {

/// An image [..., C, H, W] with pixels around it. A fill for each channel is for Constant only;
/// Reflect needs less padding than there are pixels, Symmetric no more. Throws ValueError.
HEARTH_API Tensor pad(const Tensor& image, const Padding& padding, const Fill& fill = {},
                      PaddingMode mode = PaddingMode::Constant);
HEARTH_API Image pad(const Image& image, const Padding& padding, const Fill& fill = {},
                     PaddingMode mode = PaddingMode::Constant);
HEARTH_API Mask pad(const Mask& mask, const Padding& padding, const Fill& fill = {},
                    PaddingMode mode = PaddingMode::Constant);
/// With Constant only; throws ValueError for the other modes.
HEARTH_API BoundingBoxes pad(const BoundingBoxes& boxes, const Padding& padding,
                             const Fill& fill = {}, PaddingMode mode = PaddingMode::Constant);
HEARTH_API KeyPoints pad(const KeyPoints& points, const Padding& padding, const Fill& fill = {},
                         PaddingMode mode = PaddingMode::Constant);

}  // namespace functional
}  // namespace hearth::vision::transforms
