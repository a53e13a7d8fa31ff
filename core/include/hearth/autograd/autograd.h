// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "hearth/autograd/node.h"

namespace hearth::autograd {

/// Computes gradients of `tensors` with respect to the leaves they depend on and adds them to each
/// leaf's grad(). `grad_tensors` (may be empty for one-element tensors) are the gradients to start
/// from. retain_graph defaults to create_graph; `inputs`, when not empty, names the only tensors to
/// accumulate into. As torch::autograd::backward.
HEARTH_API void backward(const variable_list& tensors, const variable_list& grad_tensors = {},
                         std::optional<bool> retain_graph = std::nullopt, bool create_graph = false,
                         const variable_list& inputs = {});

/// The gradients of `outputs` with respect to `inputs`, without touching any grad(). An input the
/// outputs do not depend on throws, or gives an undefined tensor with allow_unused. As
/// torch::autograd::grad.
HEARTH_API variable_list grad(const variable_list& outputs, const variable_list& inputs,
                              const variable_list& grad_outputs = {},
                              std::optional<bool> retain_graph = std::nullopt,
                              bool create_graph = false, bool allow_unused = false);

}  // namespace hearth::autograd
