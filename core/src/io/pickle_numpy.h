// SPDX-License-Identifier: Apache-2.0
// NumPy's arrays and numbers within pickles.
#pragma once

#include "io/pickle_rebuild.h"

namespace hearth::pickle {

/// Makes `node` the tensor of that type and shape, whose elements `bytes` has. False, with nothing
/// changed, if they are no such tensor.
bool become_array(Document& document, Node& node, const Node& type, const Node& shape,
                  bool fortran_order, const Node& bytes);
/// The same, of the state that an array is given: (version, shape, type, fortran_order, bytes).
bool become_array(Document& document, Node& node, const Node& state);
/// A number: checkpoints keep the best score as one. Null if it is none.
Node* numpy_number(const Node& type, const Node& bytes, const MakeNode& make);

}  // namespace hearth::pickle
