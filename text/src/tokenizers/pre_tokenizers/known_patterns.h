// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace hearth::text {

/// The expression of GPT-2's tokenizer, which ByteLevel stands for.
extern const std::string_view kGpt2Regex;

/// What tiktoken splits by for an encoding, as Hugging Face's library understands it; empty for a
/// name that isn't known.
std::string_view tiktoken_regex(std::string_view encoding);

}  // namespace hearth::text
