// SPDX-License-Identifier: Apache-2.0
// Normalizers that look at one character after the other: Lowercase, Nmt, StripAccents.
#include <nlohmann/json.hpp>

#include "tokenizers/edit.h"
#include "tokenizers/json_fields.h"
#include "tokenizers/normalizers/normalizers.h"
#include "unicode/tables.h"

namespace hearth::text::normalizers {
namespace {

/// Calls f(edit, code, bytes) for each code point of a text; f moves the edit behind it.
template <class F>
void for_each_code(Text& text, const F& f) {
  Edit edit(text);
  while (!edit.left().empty()) {
    size_t bytes = 0;
    const char32_t code = unicode::next(edit.left(), bytes);
    f(edit, code, bytes);
  }
  edit.finish();
}

class Lowercase final : public Normalizer {
 public:
  void normalize(Text& text) const override {
    for (char& byte : text.bytes)
      byte = static_cast<char>(byte | (byte >= 'A' && byte <= 'Z') << 5);
    for_each_code(text, [](Edit& edit, char32_t code, size_t bytes) {
      if (code < 0x80) return edit.keep(ascii_prefix(edit.left()));
      if (!unicode::has(code, unicode::kLowers)) return edit.keep(bytes);
      const unicode::Codes to = unicode::lower(code);
      edit.replace(bytes, to.data[0]);
      for (size_t i = 1; i < to.size; ++i) edit.add(to.data[i]);
    });
  }
  nlohmann::ordered_json to_json() const override { return {{"type", "Lowercase"}}; }
};

class Nmt final : public Normalizer {
 public:
  void normalize(Text& text) const override {
    for_each_code(text, [](Edit& edit, char32_t code, size_t bytes) {
      if (is_dropped(code)) return edit.drop(bytes);
      if (is_space(code)) return edit.replace(bytes, " ");
      edit.keep(bytes);
    });
  }
  nlohmann::ordered_json to_json() const override { return {{"type", "Nmt"}}; }

 private:
  static bool is_dropped(char32_t c) {
    return (c >= 1 && c <= 8) || c == 0xb || (c >= 0xe && c <= 0x1f) || c == 0x7f || c == 0x8f ||
           c == 0x9f;
  }
  static bool is_space(char32_t c) {
    return c == 9 || c == 10 || c == 12 || c == 13 || c == 0x1680 || (c >= 0x200b && c <= 0x200f) ||
           c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xfeff || c == 0xfffd;
  }
};

class StripAccents final : public Normalizer {
 public:
  void normalize(Text& text) const override {
    for_each_code(text, [](Edit& edit, char32_t code, size_t bytes) {
      if (code < 0x80) return edit.keep(ascii_prefix(edit.left()));
      unicode::has(code, unicode::kAccent) ? edit.drop(bytes) : edit.keep(bytes);
    });
  }
  nlohmann::ordered_json to_json() const override { return {{"type", "StripAccents"}}; }
};

}  // namespace

std::unique_ptr<Normalizer> make_lowercase(const JsonFields&) {
  return std::make_unique<Lowercase>();
}
std::unique_ptr<Normalizer> make_nmt(const JsonFields&) { return std::make_unique<Nmt>(); }
std::unique_ptr<Normalizer> make_strip_accents(const JsonFields&) {
  return std::make_unique<StripAccents>();
}

}  // namespace hearth::text::normalizers
