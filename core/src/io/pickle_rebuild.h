// SPDX-License-Identifier: Apache-2.0
// What the constructors that the reader knows make.
#pragma once

#include <functional>
#include <vector>

#include "io/pickle_document.h"

namespace hearth::pickle {

using MakeNode = std::function<Node*(Value::Kind)>;

/// The result of calling `callee`; an Object that keeps the arguments, if it is not known.
Node* rebuild(Document& document, Node* callee, const std::vector<Node*>& arguments,
              const MakeNode& make);
/// The storage behind a persistent id, or the class behind that of a module.
Node* storage_of(Document& document, const Node& id, const MakeNode& make);

}  // namespace hearth::pickle
