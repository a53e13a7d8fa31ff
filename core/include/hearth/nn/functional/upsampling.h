// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/options/upsampling.h"
#include "hearth/tensor/tensor.h"

namespace hearth::nn::functional {

/// Resizes [N, C, L] (nearest, linear, area) or [N, C, H, W] (nearest, bilinear, area).
HEARTH_API Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& options = {});
/// [..., C r^2, H, W] to [..., C, H r, W r].
HEARTH_API Tensor pixel_shuffle(const Tensor& input, const PixelShuffleFuncOptions& options);
/// [..., C, H r, W r] to [..., C r^2, H, W].
HEARTH_API Tensor pixel_unshuffle(const Tensor& input, const PixelUnshuffleFuncOptions& options);

}  // namespace hearth::nn::functional
