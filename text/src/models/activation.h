// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/tensor/tensor.h"

namespace hearth::text {

using Activation = Tensor (*)(const Tensor&);

/// The function that config.json names: "silu", "gelu", "gelu_new", "gelu_pytorch_tanh", "relu".
/// Throws ValueError.
Activation activation_of(const std::string& name);

}  // namespace hearth::text
