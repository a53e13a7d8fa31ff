// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/options/conv.h"

namespace hearth::nn::functional {

/// input [N, C, L] or [C, L], weight [out, C / groups, k].
HEARTH_API Tensor conv1d(const Tensor& input, const Tensor& weight,
                         const Conv1dFuncOptions& options = {});
/// input [N, C, H, W] or [C, H, W], weight [out, C / groups, kh, kw].
HEARTH_API Tensor conv2d(const Tensor& input, const Tensor& weight,
                         const Conv2dFuncOptions& options = {});
/// input [N, C, L] or [C, L], weight [C, out / groups, k].
HEARTH_API Tensor conv_transpose1d(const Tensor& input, const Tensor& weight,
                                   const ConvTranspose1dFuncOptions& options = {});
/// input [N, C, H, W] or [C, H, W], weight [C, out / groups, kh, kw].
HEARTH_API Tensor conv_transpose2d(const Tensor& input, const Tensor& weight,
                                   const ConvTranspose2dFuncOptions& options = {});

}  // namespace hearth::nn::functional
