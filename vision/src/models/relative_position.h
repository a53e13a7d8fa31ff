// SPDX-License-Identifier: Apache-2.0
// What attention within square windows adds to its scores, by how far positions are apart.
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth::vision::models {

/// For each pair of the side^2 positions of a window, the row of a table of all (2 * side - 1)^2
/// offsets: int64 [side^4].
Tensor relative_position_index(int64_t side);

/// A table [offsets, heads] by such an index: [1, heads, side^2, side^2].
Tensor relative_position_bias(const Tensor& table, const Tensor& index, int64_t side);

}  // namespace hearth::vision::models
