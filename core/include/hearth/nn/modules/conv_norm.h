// SPDX-License-Identifier: Apache-2.0
// A convolution, its batch norm and an activation: as one operator where nobody trains.
#pragma once

#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/ops/conv_norm.h"

namespace hearth::nn {

/// activation(norm(conv(input)) + residual); norm may be null, residual undefined. Under
/// NoGradGuard, with a norm in eval mode, it is one pass over memory (hearth::conv_norm); else, and
/// where hooks or autocast want to see them, the modules are called one after the other.
HEARTH_API Tensor conv_norm(Conv2d& conv, BatchNorm2d& norm, const Tensor& input,
                            ConvActivation activation = ConvActivation::None,
                            const Tensor& residual = {});

/// Whether that is one pass.
HEARTH_API bool joins_conv_norm(const Conv2dImpl& conv, const BatchNorm2dImpl* norm,
                                const Tensor& input);
/// That pass; norm may be null.
HEARTH_API Tensor joined_conv_norm(const Conv2dImpl& conv, const BatchNorm2dImpl* norm,
                                   const Tensor& input, ConvActivation activation,
                                   const Tensor& residual = {});

}  // namespace hearth::nn
