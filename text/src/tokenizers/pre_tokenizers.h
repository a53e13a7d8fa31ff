// SPDX-License-Identifier: Apache-2.0
// Pre-tokenizers beyond what parts.h says: for whoever loads tokenizers.
#pragma once

#include <memory>
#include <string_view>

#include "tokenizers/parts.h"

namespace hearth::text {

/// Makes a pre-tokenizer that ends in ByteLevel split only: the bytes are left as they are, instead
/// of being mapped to letters (GPT-2's table), so that pieces are of raw bytes. A prefix space is
/// still added. to_json stays what it was. False, and nothing changes, for any other pre-tokenizer.
/// Where the text's origin is empty, tokens that begin or end within a character stand for all of
/// it.
bool leave_out_byte_letters(PreTokenizer& pre_tokenizer);

/// How tiktoken splits for an encoding: gpt2, r50k_base, p50k_base, p50k_edit, cl100k_base,
/// o200k_base, o200k_harmony. Pieces are of raw bytes. Null for a name that isn't known.
std::unique_ptr<PreTokenizer> make_tiktoken_pre_tokenizer(std::string_view encoding);

}  // namespace hearth::text
