// SPDX-License-Identifier: Apache-2.0
// Pre-tokenizers that count characters or ask their scripts: FixedLength, UnicodeScripts.
#include <nlohmann/json.hpp>

#include "tokenizers/json_fields.h"
#include "tokenizers/pre_tokenizers/makers.h"
#include "tokenizers/pre_tokenizers/pieces.h"
#include "unicode/tables.h"

namespace hearth::text::pre_tokenizers {
namespace {

class FixedLength final : public PreTokenizer {
 public:
  explicit FixedLength(const JsonFields& fields) : length_(fields.number("length", 5)) {
    if (length_ == 0) fields.fail("length", "at least 1, got 0");
  }
  void split(Text& text) const override {
    split_pieces(text, [&](Offset piece, std::vector<Offset>& out) {
      for (Offset part{piece.begin, piece.begin}; part.end < piece.end; part.begin = part.end) {
        part.end +=
            static_cast<uint32_t>(bytes_of_codes(view(text, {part.begin, piece.end}), length_));
        out.push_back(part);
      }
    });
  }
  nlohmann::ordered_json to_json() const override {
    return {{"type", "FixedLength"}, {"length", length_}};
  }

 private:
  uint32_t length_;
};

/// Where the script changes. Kana are taken for Han; spaces, and characters newer than HF's table,
/// go with what is before them, and are dropped at the front.
class UnicodeScripts final : public PreTokenizer {
 public:
  void split(Text& text) const override {
    split_pieces(text, [&](Offset piece, std::vector<Offset>& out) {
      const std::string_view bytes = view(text, piece);
      unicode::Script last = unicode::Script::Any;
      for (size_t at = 0; at < bytes.size();) {
        const auto begin = piece.begin + static_cast<uint32_t>(at);
        const unicode::Script script = script_of(unicode::next(bytes, at));
        if (script == unicode::Script::Any || script == last) continue;
        if (last != unicode::Script::Any) out.back().end = begin;
        out.push_back({begin, piece.end});
        last = script;
      }
    });
  }
  nlohmann::ordered_json to_json() const override { return {{"type", "UnicodeScripts"}}; }

 private:
  static unicode::Script script_of(char32_t code) {
    using unicode::Script;
    if (code == ' ') return Script::Any;
    const Script script = unicode::record(code).script_to_hf;
    const bool kana = script == Script::Hiragana || script == Script::Katakana || code == 0x30fc;
    return kana ? Script::Han : script;
  }
};

}  // namespace

std::unique_ptr<PreTokenizer> make_fixed_length(const JsonFields& fields) {
  return std::make_unique<FixedLength>(fields);
}
std::unique_ptr<PreTokenizer> make_unicode_scripts(const JsonFields&) {
  return std::make_unique<UnicodeScripts>();
}

}  // namespace hearth::text::pre_tokenizers
