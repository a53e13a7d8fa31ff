// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/autograd/node.h"

namespace hearth::autograd {

/// The call stack of the forward call being recorded, as far as symbols are known.
std::string current_site();
/// Throws when a gradient `node` computed has a NaN, naming the forward call.
void check_anomaly(const Node& node, const GradList& grads);

}  // namespace hearth::autograd
