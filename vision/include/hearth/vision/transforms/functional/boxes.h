// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "hearth/vision/types.h"

namespace hearth::vision::transforms::functional {

/// The same boxes written another way. Halves of integers are rounded as in torchvision.
HEARTH_API BoundingBoxes convert_bounding_box_format(const BoundingBoxes& boxes,
                                                     BoundingBoxFormat format);

/// Boxes cut off at the borders of their canvas.
HEARTH_API BoundingBoxes clamp_bounding_boxes(const BoundingBoxes& boxes);

/// The boxes [N, 4] within their canvas whose edges have min_size and whose areas min_area at
/// least, and which they are, bool [N].
HEARTH_API std::pair<BoundingBoxes, Tensor> sanitize_bounding_boxes(const BoundingBoxes& boxes,
                                                                    double min_size = 1,
                                                                    double min_area = 1);

}  // namespace hearth::vision::transforms::functional
