// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth::nn::functional {

/// input @ weight^T + bias: input [..., in], weight [out, in], bias [out].
HEARTH_API Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias = {});
/// input1^T weight[k] input2 + bias[k] for each k: input1 [..., in1], input2 [..., in2], weight
/// [out, in1, in2], bias [out].
HEARTH_API Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
                           const Tensor& bias = {});

}  // namespace hearth::nn::functional
