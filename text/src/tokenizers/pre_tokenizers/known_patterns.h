// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

namespace hearth::text {

class Pattern;

/// The expression of GPT-2's tokenizer, which ByteLevel stands for.
extern const std::string_view kGpt2Regex;

/// What tiktoken splits by for an encoding; null for a name that isn't known.
std::unique_ptr<Pattern> make_tiktoken_pattern(std::string_view encoding);

}  // namespace hearth::text
