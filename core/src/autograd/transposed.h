// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "hearth/autograd/node.h"

namespace hearth::autograd {

/// The derivative along `tangents` of the inputs (undefined: none) of a function with these
/// outputs, of which undefined ones carry no gradient. `vjp` turns gradients of the outputs into
/// gradients of the inputs; it is linear in them, so the transpose of that is its derivative.
/// Undefined where an output does not change. Recorded if the thread records.
variable_list transposed(const variable_list& outputs, const variable_list& tangents,
                         const std::function<GradList(const variable_list& gradients)>& vjp);

}  // namespace hearth::autograd
