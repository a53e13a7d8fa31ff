// SPDX-License-Identifier: Apache-2.0
#include "metrics/text/strings.h"

#include <algorithm>

namespace hearth::metrics {
namespace {

bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
         c == 0x205f || c == 0x3000;
}

char32_t lower(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if (c >= 0xc0 && c <= 0xde && c != 0xd7) return c + 32;
  // Pairs of an upper and a lower letter, the upper even or odd.
  if ((c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14a && c <= 0x177) ||
      (c >= 0x460 && c <= 0x481) || (c >= 0x48a && c <= 0x4bf) || (c >= 0x4d0 && c <= 0x52f) ||
      (c >= 0x1e00 && c <= 0x1e95) || (c >= 0x1ea0 && c <= 0x1eff))
    return c | 1;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e) || (c >= 0x4c1 && c <= 0x4ce))
    return c % 2 == 1 ? c + 1 : c;
  if (c == 0x178) return 0xff;
  if (c == 0x386) return 0x3ac;
  if (c >= 0x388 && c <= 0x38a) return c + 37;
  if (c == 0x38c) return 0x3cc;
  if (c == 0x38e || c == 0x38f) return c + 63;
  if (c >= 0x391 && c <= 0x3ab && c != 0x3a2) return c + 32;
  if (c >= 0x410 && c <= 0x42f) return c + 32;
  if (c >= 0x400 && c <= 0x40f) return c + 80;
  return c;
}

/// Numbers for tokens, so that comparing them is quick.
struct Numbered {
  Numbered(const Texts& a, const Texts& b) {
    std::unordered_map<std::string_view, int32_t> numbers;
    const auto number = [&](const Texts& tokens, std::vector<int32_t>& out) {
      for (const std::string& t : tokens)
        out.push_back(numbers.emplace(t, static_cast<int32_t>(numbers.size())).first->second);
    };
    number(a, first);
    number(b, second);
  }
  std::vector<int32_t> first, second;
};

}  // namespace

std::vector<char32_t> code_points(std::string_view text) {
  std::vector<char32_t> out;
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const size_t length = byte < 0x80   ? 1
                          : byte < 0xc2 ? 0
                          : byte < 0xe0 ? 2
                          : byte < 0xf0 ? 3
                          : byte < 0xf5 ? 4
                                        : 0;
    char32_t c = length == 1 ? byte : byte & (0x7f >> length);
    bool valid = length > 0 && i + length <= text.size();
    for (size_t k = 1; valid && k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      valid = (next & 0xc0) == 0x80;
      c = c << 6 | (next & 0x3f);
    }
    out.push_back(valid ? c : 0xdc00 + byte);
    i += valid ? length : 1;
  }
  return out;
}

std::string utf8(char32_t c) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | (c >> shift & 0x3f)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xc0 | c >> 6), tail(0)};
  if (c >= 0xdc80 && c <= 0xdcff) return {static_cast<char>(c - 0xdc00)};
  if (c < 0x10000) return {static_cast<char>(0xe0 | c >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | c >> 18), tail(12), tail(6), tail(0)};
}

Texts words_of(std::string_view text) {
  Texts words;
  std::string word;
  for (const char32_t c : code_points(text)) {
    if (!is_space(c)) {
      word += utf8(c);
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

Texts characters_of(std::string_view text) {
  Texts characters;
  for (const char32_t c : code_points(text)) characters.push_back(utf8(c));
  return characters;
}

std::string lower(std::string_view text) {
  std::string out;
  for (const char32_t c : code_points(text)) out += utf8(lower(c));
  return out;
}

bool is_punctuation(char c) {
  return std::string_view("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~").find(c) != std::string_view::npos;
}

NGrams ngrams_of(const Texts& tokens, int64_t n) {
  NGrams counts;
  const auto length = static_cast<size_t>(n);
  for (size_t i = 0; i + length <= tokens.size(); ++i) {
    std::string key;
    // Lengths before tokens, so that no token can look like two.
    for (size_t k = i; k < i + length; ++k)
      key += std::to_string(tokens[k].size()) + ':' + tokens[k];
    ++counts[key];
  }
  return counts;
}

int64_t common(const NGrams& a, const NGrams& b) {
  int64_t n = 0;
  for (const auto& [ngram, count] : a) {
    const auto found = b.find(ngram);
    if (found != b.end()) n += std::min(count, found->second);
  }
  return n;
}

int64_t total(const NGrams& a) {
  int64_t n = 0;
  for (const auto& [ngram, count] : a) n += count;
  return n;
}

int64_t levenshtein(const Texts& a, const Texts& b, int64_t substitution_cost) {
  const Numbered tokens(a, b);
  std::vector<int64_t> costs(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) costs[j] = static_cast<int64_t>(j);
  for (size_t i = 0; i < a.size(); ++i) {
    int64_t diagonal = costs[0];
    costs[0] = static_cast<int64_t>(i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const int64_t replaced =
          diagonal + (tokens.first[i] == tokens.second[j] ? 0 : substitution_cost);
      diagonal = costs[j + 1];
      costs[j + 1] = std::min({replaced, diagonal + 1, costs[j] + 1});
    }
  }
  return costs.back();
}

int64_t longest_common_subsequence(const Texts& a, const Texts& b) {
  // Replacing costs as much as deleting and inserting, so only what is common is kept.
  return (static_cast<int64_t>(a.size() + b.size()) - levenshtein(a, b, 2)) / 2;
}

std::vector<bool> in_common_subsequence(const Texts& a, const Texts& b) {
  const Numbered tokens(a, b);
  const size_t width = a.size() + 1;
  std::vector<int32_t> table(width * (b.size() + 1), 0);
  for (size_t j = 1; j <= b.size(); ++j)
    for (size_t i = 1; i <= a.size(); ++i)
      table[j * width + i] = tokens.first[i - 1] == tokens.second[j - 1]
                                 ? table[(j - 1) * width + i - 1] + 1
                                 : std::max(table[(j - 1) * width + i], table[j * width + i - 1]);
  std::vector<bool> in(b.size(), false);
  for (size_t i = a.size(), j = b.size(); i > 0 && j > 0;) {
    if (tokens.first[i - 1] == tokens.second[j - 1]) {
      in[j - 1] = true;
      --i, --j;
    } else if (table[j * width + i - 1] > table[(j - 1) * width + i]) {
      --i;
    } else {
      --j;
    }
  }
  return in;
}

void check_same_number(const std::string& who, size_t preds, size_t target) {
  HEARTH_CHECK_AS(ShapeError, preds == target, "[", who, "] preds and target should be as many, ",
                  "there are ", preds, " and ", target);
}

void check_references(const std::string& who, size_t preds, const TextLists& target) {
  check_same_number(who, preds, target.size());
  for (size_t i = 0; i < target.size(); ++i)
    HEARTH_CHECK_AS(ValueError, !target[i].empty(), "[", who, "] prediction ", i,
                    " has no reference");
}

}  // namespace hearth::metrics
