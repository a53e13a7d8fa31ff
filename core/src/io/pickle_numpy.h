// SPDX-License-Identifier: Apache-2.0
// NumPy's arrays and numbers within pickles.
#pragma once

#include "io/pickle_rebuild.h"

namespace hearth::pickle {

/// The element type that a node describes, and its byte order; Undefined for what is none of those
/// that tensors have.
struct NumpyType {
  ScalarType dtype = ScalarType::Undefined;
  bool swapped = false;
};
NumpyType numpy_type(const Node& node);

/// Makes `node` the tensor of that type and shape, whose elements `bytes` has. False, with nothing
/// changed, if they are no such tensor.
bool become_array(Document& document, Node& node, const Node& type, const Node& shape,
                  bool fortran_order, const Node& bytes);
/// The same, of the state that an array is given: (version, shape, type, fortran_order, bytes).
bool become_array(Document& document, Node& node, const Node& state);
/// A number: checkpoints keep the best score as one. Null if it is none.
Node* numpy_number(const Node& type, const Node& bytes, const MakeNode& make);

}  // namespace hearth::pickle
