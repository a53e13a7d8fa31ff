// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tokenizers/models/build.h"

namespace simdjson::dom {
class element;
}

namespace hearth::text {

/// An object of tokens and ids. The tokens lie in the parsed document.
VocabEntries read_vocab(const simdjson::dom::element& json, const std::string& source);

}  // namespace hearth::text
