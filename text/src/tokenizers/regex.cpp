// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/error.h"

#include "tokenizers/pattern.h"

namespace hearth::text {

std::unique_ptr<Pattern> make_regex(const std::string& regex, const std::string& source) {
  if (auto known = make_known_pattern(regex)) return known;
  throw NotImplementedError(cat_str("[", source,
                                    "] expected the regular expression of a well-known "
                                    "tokenizer, got ",
                                    regex));
}

}  // namespace hearth::text
