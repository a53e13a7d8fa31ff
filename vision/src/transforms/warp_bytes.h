// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth::vision::transforms {

/// A byte image [..., C, H, W] read through a map of the plane around its middle (two rows, in
/// pixels), each result from the nearest pixel; `fill` (one number, one for each channel, or 0)
/// where there is none. What apply_grid makes of such an image, in one pass over memory.
Tensor warp_bytes(const Tensor& image, const std::array<double, 6>& map,
                  const std::vector<double>& fill);

}  // namespace hearth::vision::transforms
