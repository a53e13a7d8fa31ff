// SPDX-License-Identifier: Apache-2.0
// Padding. `pad` lists before and after for the last dim, then for the one before it, and so on;
// negative numbers crop.
#pragma once

#include <optional>
#include <string_view>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// Pads any dims of any dtype with `value`. Keeps channels-last layout.
HEARTH_API Tensor constant_pad_nd(const Tensor& self, IntArrayRef pad, const Scalar& value = 0);

/// mode "constant" (any dims, `value` or 0), "reflect", "replicate" or "circular" (the last 1 to 3
/// dims of [N, C, spatial...] or [C, spatial...]).
HEARTH_API Tensor pad(const Tensor& self, IntArrayRef pad, std::string_view mode = "constant",
                      std::optional<double> value = std::nullopt);
/// Mirrors without repeating the edge; each pad is smaller than its dim. self [C, W] or [N, C, W].
HEARTH_API Tensor reflection_pad1d(const Tensor& self, IntArrayRef padding);
/// self [C, H, W] or [N, C, H, W].
HEARTH_API Tensor reflection_pad2d(const Tensor& self, IntArrayRef padding);
/// self [C, D, H, W] or [N, C, D, H, W].
HEARTH_API Tensor reflection_pad3d(const Tensor& self, IntArrayRef padding);
/// Repeats the edge. self [C, W] or [N, C, W].
HEARTH_API Tensor replication_pad1d(const Tensor& self, IntArrayRef padding);
/// self [C, H, W] or [N, C, H, W].
HEARTH_API Tensor replication_pad2d(const Tensor& self, IntArrayRef padding);
/// self [C, D, H, W] or [N, C, D, H, W].
HEARTH_API Tensor replication_pad3d(const Tensor& self, IntArrayRef padding);

}  // namespace hearth
