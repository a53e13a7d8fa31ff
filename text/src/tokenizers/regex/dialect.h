// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace hearth::text {

/// Writes a regular expression of Oniguruma's dialect, which tokenizer.json is in, in PCRE2's.
/// Classes of characters become plain ranges of the code points that Oniguruma has in them, {n,m}+
/// becomes
/// (?:...{n,m})+, (?m) becomes (?s). FormatError, "[source] ...", for what is no such expression.
std::string to_pcre2(std::string_view regex, const std::string& source);

}  // namespace hearth::text
