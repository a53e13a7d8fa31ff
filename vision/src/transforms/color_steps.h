// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth::vision::transforms {

enum class Adjust { Brightness, Contrast, Saturation, Hue };

struct ColorStep {
  Adjust what;
  double factor;
};

/// An image of 1 or 3 channels after these steps, in this order. Bytes are read and written once,
/// or once more for a contrast, whose mean wants all pixels first.
Tensor adjust_colors(const Tensor& image, const std::vector<ColorStep>& steps);

/// Luma [..., 1, H, W] of a floating-point RGB image.
Tensor float_luma(const Tensor& image);
/// a + factor * b of float32, rounded once as in PyTorch's kernels: where integers are made of it,
/// a last bit decides between two.
Tensor plus(const Tensor& a, const Tensor& b, double factor);
/// Luma of integers in float32.
Tensor whole_luma(const Tensor& image);

}  // namespace hearth::vision::transforms
