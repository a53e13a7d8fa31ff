// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/tensor/tensor.h"

/// A picture, uint8 [C, H, W], with heat over it: float [h, w] in [0, 1], scaled to it smoothly,
/// from nothing over yellow to red. uint8 RGB, as large as the picture times a whole number, so
/// that no side is shorter than `least`.
hearth::Tensor overlaid(const hearth::Tensor& picture, const hearth::Tensor& heat,
                        int64_t least = 224);
