// SPDX-License-Identifier: Apache-2.0
// A maker for each pre-tokenizer of tokenizer.json; make_pre_tokenizer knows which one is asked
// for.
#pragma once

#include <memory>

#include "tokenizers/parts.h"

namespace hearth::text {

class JsonFields;
class Pattern;

namespace pre_tokenizers {

std::unique_ptr<PreTokenizer> make_bert(const JsonFields& fields);
std::unique_ptr<PreTokenizer> make_byte_level(const JsonFields& fields);
std::unique_ptr<PreTokenizer> make_char_delimiter_split(const JsonFields& fields);
std::unique_ptr<PreTokenizer> make_digits(const JsonFields& fields);
std::unique_ptr<PreTokenizer> make_fixed_length(const JsonFields& fields);
std::unique_ptr<PreTokenizer> make_metaspace(const JsonFields& fields);
std::unique_ptr<PreTokenizer> make_punctuation(const JsonFields& fields);
std::unique_ptr<PreTokenizer> make_split(const JsonFields& fields);
std::unique_ptr<PreTokenizer> make_unicode_scripts(const JsonFields& fields);
std::unique_ptr<PreTokenizer> make_whitespace(const JsonFields& fields);
std::unique_ptr<PreTokenizer> make_whitespace_split(const JsonFields& fields);

/// Makes ByteLevel leave out its letters; false if it isn't ByteLevel.
bool leave_out_letters(PreTokenizer& pre_tokenizer);

}  // namespace pre_tokenizers
}  // namespace hearth::text
