// SPDX-License-Identifier: Apache-2.0
// A convolution, its batch norm and an activation, as few operators as can be.
#pragma once

#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/ops/conv_norm.h"

namespace hearth::nn {

/// activation(norm(conv(input)) + residual); norm may be null, residual undefined. Under
/// NoGradGuard, with a norm in eval mode, it is one pass over memory (hearth::conv_norm); else the
/// norm and what follows are one operator (hearth::batch_norm_act). Where hooks or autocast want to
/// see them, the modules are called one after the other.
HEARTH_API Tensor conv_norm(Conv2d& conv, BatchNorm2d& norm, const Tensor& input,
                            ConvActivation activation = ConvActivation::None,
                            const Tensor& residual = {});

}  // namespace hearth::nn
