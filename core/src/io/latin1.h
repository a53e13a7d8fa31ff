// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth {

/// Bytes as the characters of Latin-1, in UTF-8.
std::string from_latin1(std::string_view bytes);
/// The bytes whose characters these are; nothing for text beyond Latin-1.
std::optional<std::string> to_latin1(std::string_view text);

}  // namespace hearth
