// SPDX-License-Identifier: Apache-2.0
// Windows of images as columns. Lists hold a number for height and one for width, or one for both.
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth {

/// The windows of [N, C, H, W] or [C, H, W] as columns [N, C kh kw, L] or [C kh kw, L].
HEARTH_API Tensor im2col(const Tensor& self, IntArrayRef kernel_size, IntArrayRef dilation,
                         IntArrayRef padding, IntArrayRef stride);
/// The image of output_size [H, W] that such columns are put into, where they meet added up.
HEARTH_API Tensor col2im(const Tensor& self, IntArrayRef output_size, IntArrayRef kernel_size,
                         IntArrayRef dilation, IntArrayRef padding, IntArrayRef stride);

}  // namespace hearth
