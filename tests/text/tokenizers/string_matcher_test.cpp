// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/string_matcher.h"

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hearth::text {
namespace {

using Strings = std::vector<std::pair<std::string, uint32_t>>;
struct Found {
  size_t begin, end;
  uint32_t value;
  bool operator==(const Found&) const = default;
};

std::vector<Found> all_matches(const StringMatcher& matcher, std::string_view text) {
  std::vector<Found> found;
  StringMatcher::Match match{};
  for (size_t from = 0; matcher.find(text, from, match); from = match.end)
    found.push_back({match.begin, match.end, match.value});
  return found;
}

/// The same by trying everything.
std::vector<Found> all_slowly(const Strings& strings, std::string_view text) {
  std::vector<Found> found;
  for (size_t at = 0; at < text.size();) {
    std::optional<Found> best;
    for (const auto& [string, value] : strings)
      if (text.substr(at).starts_with(string) && (!best || at + string.size() > best->end))
        best = Found{at, at + string.size(), value};
    if (best) found.push_back(*best);
    at = best ? best->end : at + 1;
  }
  return found;
}

TEST(StringMatcher, FindsTheLongestOfTheFirstPlace) {
  const StringMatcher matcher(Strings{{"<s>", 1}, {"<s", 2}, {"s>x", 3}, {"\xc3\xa9", 4}});
  EXPECT_EQ(all_matches(matcher, "<s>x<sx \xc3\xa9s>x"),
            (std::vector<Found>{{0, 3, 1}, {4, 6, 2}, {8, 10, 4}, {10, 13, 3}}));
}

TEST(StringMatcher, OfNothingFindsNothing) {
  EXPECT_TRUE(StringMatcher().empty());
  EXPECT_TRUE(StringMatcher(Strings{{"", 1}}).empty());
  EXPECT_TRUE(all_matches(StringMatcher(), "abc").empty());
}

TEST(StringMatcher, TakesTheFirstOfEqualStrings) {
  EXPECT_EQ(all_matches(StringMatcher(Strings{{"a", 7}, {"a", 8}}), "a"),
            (std::vector<Found>{{0, 1, 7}}));
}

TEST(StringMatcher, FindsWhatTryingEverythingFinds) {
  std::mt19937 random(7);
  const auto draw = [&](size_t longest, const std::string& letters) {
    std::string out(1 + random() % longest, ' ');
    for (char& c : out) c = letters[random() % letters.size()];
    return out;
  };
  for (int round = 0; round < 200; ++round) {
    const std::string letters = round % 2 ? "ab" : "abcdefghijklm\xff";
    Strings strings;
    for (uint32_t i = 0; i < 1 + random() % 30; ++i) {
      std::string one = draw(5, letters);
      bool known = false;
      for (const auto& [string, value] : strings) known |= string == one;
      if (!known) strings.emplace_back(std::move(one), i);
    }
    const std::string text = draw(80, letters);
    EXPECT_EQ(all_matches(StringMatcher(strings), text), all_slowly(strings, text)) << text;
  }
}

}  // namespace
}  // namespace hearth::text
