// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/options/dropout.h"
#include "hearth/tensor/tensor.h"

namespace hearth::nn::functional {

/// Zeroes elements with probability p and scales the rest by 1 / (1 - p), when training.
HEARTH_API Tensor dropout(const Tensor& input, const DropoutFuncOptions& options = {});
/// Zeroes whole channels, of [N, C, H, W] or [C, H, W].
HEARTH_API Tensor dropout2d(const Tensor& input, const Dropout2dFuncOptions& options = {});

}  // namespace hearth::nn::functional
