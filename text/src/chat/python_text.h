// SPDX-License-Identifier: Apache-2.0
// What Python's str can do, for valid UTF-8; positions and lengths count code points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hearth::text::chat {

/// Bytes of white space at the beginning and at the end.
size_t leading_space(std::string_view text);
size_t trailing_space(std::string_view text);

size_t length_of(std::string_view text);
/// Each code point's text.
std::vector<std::string_view> characters(std::string_view text);

enum class Ends { Left = 1, Right = 2, Both = 3 };
/// Without white space, or without these characters, at its ends.
std::string_view strip(std::string_view text, Ends ends = Ends::Both);
std::string_view strip(std::string_view text, std::string_view characters, Ends ends);

/// Pieces between white space, at most `most` + 1 of them; from the right with `from_right`.
std::vector<std::string_view> split(std::string_view text, int64_t most, bool from_right);
/// Pieces between separators, which are not empty.
std::vector<std::string_view> split(std::string_view text, std::string_view separator, int64_t most,
                                    bool from_right);
std::vector<std::string_view> split_lines(std::string_view text, bool keep_ends);
std::string replaced(std::string_view text, std::string_view old, std::string_view with,
                     int64_t most);
size_t count_of(std::string_view text, std::string_view piece);

std::string upper(std::string_view text);
std::string lower(std::string_view text);
/// The first letter large, the others small.
std::string capitalized(std::string_view text);
/// The same for each run of letters, as str.title.
std::string titled(std::string_view text);
std::string swapped_case(std::string_view text);
/// As Python's methods of these names: false for no characters (of the kind that counts).
bool is_upper(std::string_view text);
bool is_lower(std::string_view text);
bool is_space(std::string_view text);
bool is_decimal(std::string_view text);
bool is_alpha(std::string_view text);
bool is_alnum(std::string_view text);

/// As Python's int(text, base) and float(text); none for what they refuse, and for integers of more
/// than 64 bits.
std::optional<int64_t> parse_integer(std::string_view text, int base);
std::optional<double> parse_float(std::string_view text);

}  // namespace hearth::text::chat
