// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/nn/module.h"

namespace hearth::text {

/// How Hugging Face begins a weight of that name: matrices normal with this deviation, norms 1,
/// biases 0.
void init_weight(const std::string& name, const Tensor& weight, double std);
/// That for all parameters of a module.
void init_weights(nn::Module& module, double std);

}  // namespace hearth::text
