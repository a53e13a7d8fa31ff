// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth::vision::transforms {

/// A uint8 image [C, H, W] at another size: bilinear, and averaged over what a pixel covers where
/// it shrinks (torchvision's resize with antialias=True).
HEARTH_API Tensor resize(const Tensor& image, int64_t height, int64_t width);

}  // namespace hearth::vision::transforms
