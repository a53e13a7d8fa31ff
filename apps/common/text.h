// SPDX-License-Identifier: Apache-2.0
// Words for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

std::string joined(const std::vector<std::string>& words, std::string_view between);

/// "a, b" -> a, b: without blanks around, and nothing for nothing.
std::vector<std::string> split_at_commas(std::string_view words);

/// At most `most` characters, the rest as "..."; what is not printable as '?'.
std::string shortened(std::string_view text, size_t most);

/// "1 epoch", "3 epochs".
std::string counted(int64_t n, std::string_view noun);

/// "97.25%" of 0.9725. Never says 100% or 0% of what is only near it.
std::string percent(double share, int digits = 1);

/// As it must be typed into a shell: in quotes where there are blanks or signs.
std::string for_shell(std::string_view path);

/// As a field of a CSV table: in quotes where it must be.
std::string csv_field(std::string_view text);

/// The word that a mistyped one stands for; empty if none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& words);
/// "; did you mean 'eval'?", or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& words);

/// Breaks text at blanks into lines of at most `width` characters; lines after the first begin with
/// `indent` blanks. `at` is where the first begins.
std::string wrapped(std::string_view text, size_t width, size_t indent, size_t at);

/// Lines of which those that are longer than `width` are broken so; what is broken off stands two
/// blanks further in than its line.
std::string lines_within(std::string_view lines, size_t width);
