// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "autograd/meta.h"

namespace hearth::autograd {

/// The history of a base after `view` of it was written in place by `fn`: the gradient of the view
/// goes through fn, that of the rest passes on.
NodePtr make_copy_slices(const Tensor& base, const Tensor& view, NodePtr fn);
/// That fn; any other node is what it is.
Node* written_by(Node& node);

}  // namespace hearth::autograd
