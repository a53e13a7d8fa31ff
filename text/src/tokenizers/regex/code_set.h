// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "unicode/utf8.h"

namespace hearth::text {

/// A set of code points, as ranges in order with gaps between them.
class CodeSet {
 public:
  struct Range {
    char32_t first, last;
  };

  CodeSet() = default;
  explicit CodeSet(std::vector<Range> ranges);
  static CodeSet all() { return CodeSet({{0, unicode::kCodePoints - 1}}); }
  static CodeSet one(char32_t code) { return CodeSet({{code, code}}); }

  CodeSet operator|(const CodeSet& other) const;
  CodeSet operator&(const CodeSet& other) const;
  CodeSet operator~() const;
  const std::vector<Range>& ranges() const { return ranges_; }

 private:
  std::vector<Range> ranges_;
};

/// What \p{name} stands for in Oniguruma with Unicode 16: general categories, scripts, and the
/// usual properties, by their short or long names, whatever their case; none for others.
std::optional<CodeSet> property_set(std::string_view name);
/// What [:name:] stands for in a class.
std::optional<CodeSet> posix_set(std::string_view name);
/// What \d, \s, \w and \h stand for; \w within a class is not quite the same.
const CodeSet& digit_set();
const CodeSet& space_set();
const CodeSet& word_set(bool in_class);
const CodeSet& hex_set();

}  // namespace hearth::text
