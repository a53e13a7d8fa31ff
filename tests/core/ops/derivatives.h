// SPDX-License-Identifier: Apache-2.0
// Derivatives of any order against differences.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hearth/autograd/node.h"

namespace hearth::testing_ops {

using Fn = std::function<autograd::variable_list(const autograd::variable_list&)>;

/// How gradients are asked for: autograd::grad, or backward into the leaves' grad().
enum class Entry { Grad, Backward };

/// Differentiates `f` at `inputs` (those that require grad, and the gradients of its outputs) order
/// times, with create_graph at every level, and compares each level with differences of the level
/// before along one direction per input. Empty when all agree, else what does not.
std::string compare_derivatives(const Fn& f, const autograd::variable_list& inputs, int orders,
                                Entry entry);

}  // namespace hearth::testing_ops
