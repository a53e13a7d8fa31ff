// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "autograd/meta.h"

namespace hearth::autograd {

/// The history of a base after `view` of it was written in place by `fn`: the gradient of the view
/// goes through fn, that of the rest passes on.
NodePtr make_copy_slices(const Tensor& base, const Tensor& view, NodePtr fn);
/// What `node` saved of an output that it wrote into a view, while it runs as such an fn and its
/// derivative is recorded: that part of the base, whose history is the base's. Undefined otherwise.
Tensor written_part(const Node& node, const Tensor& kept);
/// That fn; any other node is what it is.
Node* written_by(Node& node);

}  // namespace hearth::autograd
