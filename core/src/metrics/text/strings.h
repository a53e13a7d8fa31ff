// SPDX-License-Identifier: Apache-2.0
// Words and characters of UTF-8 as Python's str has them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hearth/metrics/text.h"

namespace hearth::metrics {

/// A byte that is part of no valid character stands for itself.
std::vector<char32_t> code_points(std::string_view text);
std::string utf8(char32_t character);
/// The parts between runs of white space.
Texts words_of(std::string_view text);
/// The characters, each as a string.
Texts characters_of(std::string_view text);
/// In lower case: Latin, Greek and Cyrillic letters.
std::string lower(std::string_view text);
bool is_punctuation(char c);  ///< of ASCII
/// The stem of an English word in lower case.
HEARTH_API std::string porter_stem(const std::string& word);

using NGrams = std::unordered_map<std::string, int64_t>;
/// How often each run of n tokens occurs.
NGrams ngrams_of(const Texts& tokens, int64_t n);
/// Of a in b, each as often as in both.
int64_t common(const NGrams& a, const NGrams& b);
int64_t total(const NGrams& a);

/// The least cost of turning one into the other by insertions and deletions of cost 1 and
/// replacements.
int64_t levenshtein(const Texts& a, const Texts& b, int64_t substitution_cost = 1);
int64_t longest_common_subsequence(const Texts& a, const Texts& b);
/// Which tokens of b are in one of the longest common subsequences with a.
std::vector<bool> in_common_subsequence(const Texts& a, const Texts& b);

/// Throws ShapeError for lists of different lengths.
void check_same_number(const std::string& who, size_t preds, size_t target);
/// And ValueError for a prediction without a reference.
void check_references(const std::string& who, size_t preds, const TextLists& target);

}  // namespace hearth::metrics
