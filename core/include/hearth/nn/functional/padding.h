// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/options/padding.h"
#include "hearth/tensor/tensor.h"

namespace hearth::nn::functional {

/// Pads the last dims; see hearth::pad for what each mode takes.
HEARTH_API Tensor pad(const Tensor& input, const PadFuncOptions& options);

}  // namespace hearth::nn::functional
