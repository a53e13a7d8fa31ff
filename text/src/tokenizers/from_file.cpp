// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/from_file.h"

#include "tokenizers/text_file.h"

namespace hearth::text {

std::shared_ptr<Tokenizer::Impl> open_tokenizer(const std::string& path,
                                                const FileHints& /*hints*/) {
  return read_tokenizer_json(read_text_file(path), path);
}

Tokenizer Tokenizer::from_file(const std::string& path) { return Tokenizer(open_tokenizer(path)); }

}  // namespace hearth::text
