// SPDX-License-Identifier: Apache-2.0
// What Split and Replace look for: a text, or a regular expression in Oniguruma's dialect.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "hearth/text/tokenizers/encoding.h"

namespace hearth::text {

class JsonFields;

class Pattern {
 public:
  virtual ~Pattern() = default;
  /// Appends the matches within `text`, which nothing stands around, with `offset` added. They are
  /// in order, do not overlap, and may be empty.
  virtual void find(std::string_view text, uint32_t offset, std::vector<Offset>& matches) const = 0;
};

/// A pattern, and how tokenizer.json has it: {"String": ...} or {"Regex": ...}.
struct PatternSource {
  std::string text;
  bool regex = false;
  std::unique_ptr<Pattern> pattern;
};

PatternSource read_pattern(const JsonFields& fields, std::string_view name);
nlohmann::ordered_json write_pattern(const PatternSource& source);

std::unique_ptr<Pattern> make_literal(std::string text);
/// A scanner of its own for the patterns of well-known tokenizers, else PCRE2. `source` is named in
/// errors. Throws FormatError for what is no pattern, NotImplementedError without PCRE2.
std::unique_ptr<Pattern> make_regex(const std::string& regex, const std::string& source);
/// Null for a regular expression that no scanner knows.
std::unique_ptr<Pattern> make_known_pattern(std::string_view regex);

}  // namespace hearth::text
