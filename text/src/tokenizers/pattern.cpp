// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/pattern.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "tokenizers/json_fields.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

class Literal final : public Pattern {
 public:
  explicit Literal(std::string text) : text_(std::move(text)) {}
  void find(std::string_view text, uint32_t offset, std::vector<Offset>& matches) const override {
    const auto size = static_cast<uint32_t>(text_.size());
    size_t at = 0;
    while ((at = text.find(text_, at)) != std::string_view::npos) {
      const auto begin = offset + static_cast<uint32_t>(at);
      matches.push_back({begin, begin + size});
      at += size;
      // No text is found between any two characters, and at both ends.
      if (!size) at += at < text.size() ? unicode::length_of(text[at]) : 1;
    }
  }

 private:
  std::string text_;
};

}  // namespace

std::unique_ptr<Pattern> make_literal(std::string text) {
  return std::make_unique<Literal>(std::move(text));
}

PatternSource read_pattern(const JsonFields& fields, std::string_view name) {
  const JsonFields pattern = fields.object(name);
  PatternSource out;
  out.regex = pattern.find("Regex").has_value();
  out.text = pattern.string(out.regex ? "Regex" : "String");
  out.pattern = out.regex ? make_regex(out.text, fields.source()) : make_literal(out.text);
  return out;
}

nlohmann::ordered_json write_pattern(const PatternSource& source) {
  return {{source.regex ? "Regex" : "String", source.text}};
}

}  // namespace hearth::text
