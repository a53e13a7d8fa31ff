// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/regex/code_set.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "unicode/tables.h"

namespace hearth::text {
namespace {

using unicode::Category;

template <class F>
CodeSet where(const F& is) {
  std::vector<CodeSet::Range> ranges;
  for (char32_t code = 0; code < unicode::kCodePoints; ++code) {
    if (!is(code)) continue;
    if (!ranges.empty() && ranges.back().last + 1 == code) {
      ranges.back().last = code;
    } else {
      ranges.push_back({code, code});
    }
  }
  return CodeSet(std::move(ranges));
}

CodeSet with_flag(uint32_t flag) {
  return where([flag](char32_t code) { return unicode::has(code, flag); });
}

// In the order of Category.
constexpr const char* kShort[] = {"cn", "lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd",
                                  "nl", "no", "pc", "pd", "ps", "pe", "pi", "pf", "po", "sm",
                                  "sc", "sk", "so", "zs", "zl", "zp", "cc", "cf", "cs", "co"};
constexpr const char* kLong[] = {"unassigned",
                                 "uppercaseletter",
                                 "lowercaseletter",
                                 "titlecaseletter",
                                 "modifierletter",
                                 "otherletter",
                                 "nonspacingmark",
                                 "spacingmark",
                                 "enclosingmark",
                                 "decimalnumber",
                                 "letternumber",
                                 "othernumber",
                                 "connectorpunctuation",
                                 "dashpunctuation",
                                 "openpunctuation",
                                 "closepunctuation",
                                 "initialpunctuation",
                                 "finalpunctuation",
                                 "otherpunctuation",
                                 "mathsymbol",
                                 "currencysymbol",
                                 "modifiersymbol",
                                 "othersymbol",
                                 "spaceseparator",
                                 "lineseparator",
                                 "paragraphseparator",
                                 "control",
                                 "format",
                                 "surrogate",
                                 "privateuse"};
constexpr std::pair<const char*, char> kGroups[] = {
    {"letter", 'l'}, {"mark", 'm'},      {"number", 'n'}, {"punctuation", 'p'},  {"punct", 'p'},
    {"symbol", 's'}, {"separator", 'z'}, {"other", 'c'},  {"combiningmark", 'm'}};

const CodeSet& of_category(size_t category) {
  static const auto& sets = *new auto([] {
    std::array<std::vector<CodeSet::Range>, std::size(kShort)> ranges;
    for (char32_t code = 0; code < unicode::kCodePoints; ++code) {
      auto& its = ranges[static_cast<size_t>(unicode::category(code))];
      if (!its.empty() && its.back().last + 1 == code) {
        its.back().last = code;
      } else {
        its.push_back({code, code});
      }
    }
    std::array<CodeSet, std::size(kShort)> made;
    for (size_t i = 0; i < made.size(); ++i) made[i] = CodeSet(std::move(ranges[i]));
    return made;
  }());
  return sets[category];
}

CodeSet of_group(char letter) {
  CodeSet out;
  for (size_t i = 0; i < std::size(kShort); ++i) {
    if (kShort[i][0] == letter) out = out | of_category(i);
  }
  return out;
}

std::string plain_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == ' ' || c == '_' || c == '-') continue;
    out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  }
  return out;
}

CodeSet ascii(char32_t first, char32_t last) { return CodeSet({{first, last}}); }

}  // namespace

CodeSet::CodeSet(std::vector<Range> ranges) : ranges_(std::move(ranges)) {
  std::sort(ranges_.begin(), ranges_.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  size_t size = 0;
  for (const Range range : ranges_) {
    if (size && range.first <= ranges_[size - 1].last + 1) {
      ranges_[size - 1].last = std::max(ranges_[size - 1].last, range.last);
    } else {
      ranges_[size++] = range;
    }
  }
  ranges_.resize(size);
}

CodeSet CodeSet::operator|(const CodeSet& other) const {
  std::vector<Range> both = ranges_;
  both.insert(both.end(), other.ranges_.begin(), other.ranges_.end());
  return CodeSet(std::move(both));
}

CodeSet CodeSet::operator&(const CodeSet& other) const { return ~(~*this | ~other); }

CodeSet CodeSet::operator~() const {
  std::vector<Range> out;
  char32_t next = 0;
  for (const Range range : ranges_) {
    if (range.first > next) out.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next < unicode::kCodePoints) out.push_back({next, unicode::kCodePoints - 1});
  return CodeSet(std::move(out));
}

std::optional<CodeSet> property_set(std::string_view name) {
  const std::string plain = plain_name(name);
  if (plain == "any") return CodeSet::all();
  if (plain == "assigned") return ~of_category(0);
  if (plain == "ascii") return ascii(0, 0x7f);
  if (plain == "lc") return of_category(1) | of_category(2) | of_category(3);
  if (plain == "whitespace") return space_set();
  if (plain == "alphabetic") return with_flag(unicode::kAlphabetic);
  if (plain == "uppercase") return with_flag(unicode::kUppercase);
  if (plain == "lowercase") return with_flag(unicode::kLowercase);
  if (plain == "extendedpictographic") return with_flag(unicode::kPictographic);
  for (size_t i = 0; i < std::size(kShort); ++i) {
    if (plain == kShort[i] || plain == kLong[i]) return of_category(i);
  }
  for (const auto& [group, letter] : kGroups) {
    if (plain == group || plain == std::string(1, letter)) return of_group(letter);
  }
  for (size_t i = 1; i < std::size(unicode::kScriptNames); ++i) {
    if (plain != plain_name(unicode::kScriptNames[i])) continue;
    return where([i](char32_t c) { return static_cast<size_t>(unicode::record(c).script) == i; });
  }
  return posix_set(plain);
}

std::optional<CodeSet> posix_set(std::string_view name) {
  const auto category = [](Category c) { return of_category(static_cast<size_t>(c)); };
  if (name == "alpha") return with_flag(unicode::kAlphabetic);
  if (name == "digit") return digit_set();
  if (name == "alnum") return with_flag(unicode::kAlphabetic) | digit_set();
  if (name == "upper") return with_flag(unicode::kUppercase);
  if (name == "lower") return with_flag(unicode::kLowercase);
  if (name == "space") return space_set();
  if (name == "blank") return CodeSet::one('\t') | category(Category::Zs);
  if (name == "cntrl") return category(Category::Cc);
  if (name == "punct") return of_group('p') | of_group('s');
  if (name == "xdigit") return hex_set();
  if (name == "word")
    return with_flag(unicode::kAlphabetic) | of_group('m') | digit_set() | category(Category::Pc);
  if (name == "ascii") return ascii(0, 0x7f);
  const CodeSet graph =
      ~(category(Category::Cc) | category(Category::Cn) | category(Category::Cs) | space_set());
  if (name == "graph") return graph;
  if (name == "print") return graph | category(Category::Zs);
  return std::nullopt;
}

const CodeSet& digit_set() { return of_category(static_cast<size_t>(Category::Nd)); }

const CodeSet& space_set() {
  static const auto& set = *new CodeSet(with_flag(unicode::kWhite));
  return set;
}

const CodeSet& word_set(bool in_class) {
  static const auto& words = *new CodeSet(*posix_set("word"));
  // Superscripts and fractions of Latin-1 are an oddity of Oniguruma's.
  static const auto& outside =
      *new CodeSet(words | CodeSet({{0xb2, 0xb3}, {0xb9, 0xb9}, {0xbc, 0xbe}}));
  return in_class ? words : outside;
}

const CodeSet& hex_set() {
  static const auto& set = *new CodeSet(ascii('0', '9') | ascii('A', 'F') | ascii('a', 'f'));
  return set;
}

}  // namespace hearth::text
