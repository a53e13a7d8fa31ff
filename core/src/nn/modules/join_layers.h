// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/array_ref.h"
#include "hearth/nn/any_module.h"
#include "hearth/nn/modules/conv_norm.h"

namespace hearth::nn {

/// Whether nn::conv_norm of these is one pass; norm may be null.
bool joins_conv_norm(const Conv2dImpl& conv, const BatchNorm2dImpl* norm, const Tensor& input);

/// Whether norm_act of these is what the norm, the addition and the activation give; residual may
/// be undefined.
bool joins_norm_act(const BatchNorm2dImpl& norm, const Tensor& input, const Tensor& residual);

/// activation(norm(input) + residual) as one operator.
Tensor norm_act(BatchNorm2dImpl& norm, const Tensor& input, ConvActivation activation,
                const Tensor& residual);

/// If the first layers can be one operator, puts their result in place of x and says how many they
/// are; else 0. They are a batch norm with an activation behind it, or where nobody trains a
/// convolution with a norm, an activation, or both.
size_t join_layers(ArrayRef<AnyModule> layers, Tensor& x);

}  // namespace hearth::nn
