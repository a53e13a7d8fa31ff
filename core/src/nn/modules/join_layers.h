// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/array_ref.h"
#include "hearth/nn/any_module.h"
#include "hearth/nn/modules/conv_norm.h"

namespace hearth::nn {

/// Whether nn::conv_norm of these is one pass; norm may be null.
bool joins_conv_norm(const Conv2dImpl& conv, const BatchNorm2dImpl* norm, const Tensor& input);

/// If the first layers are a convolution with a norm, an activation, or both behind it, which can
/// be one pass: puts their result in place of x and says how many they are; else 0.
size_t join_conv_norm(ArrayRef<AnyModule> layers, Tensor& x);

}  // namespace hearth::nn
