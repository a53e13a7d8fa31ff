// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include <nlohmann/json.hpp>

#include "tokenizers/edit.h"
#include "tokenizers/json_fields.h"
#include "tokenizers/normalizers/normalizers.h"
#include "tokenizers/normalizers/unicode_form.h"
#include "unicode/tables.h"

namespace hearth::text::normalizers {
namespace {

/// Around which BERT puts spaces. The gap before U+2B920 is HF's.
bool is_chinese(char32_t c) {
  return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) ||
         (c >= 0x20000 && c <= 0x2a6df) || (c >= 0x2a700 && c <= 0x2b73f) ||
         (c >= 0x2b740 && c <= 0x2b81f) || (c >= 0x2b920 && c <= 0x2ceaf) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0x2f800 && c <= 0x2fa1f);
}

/// Bytes at the front that are ASCII without control characters.
size_t printable_prefix(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x80 * kOnes;
  size_t at = 0;
  for (uint64_t eight; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    const uint64_t below_space = ~((eight | kHigh) - 0x20 * kOnes);
    if ((eight | (eight + kOnes) | below_space) & kHigh) break;
  }
  while (at < text.size() && static_cast<uint8_t>(text[at] - 0x20) < 0x5f) ++at;
  return at;
}

/// What is done to each character. `strip` takes characters apart and drops accents, as NFD and a
/// filter after it would, for all texts but those with a mark that stays and may change places.
struct Steps {
  bool clean, chinese, strip, lower;
};

/// Whether a mark stays that may have to change places with others.
bool is_kept_mark(const unicode::Record& r) {
  return r.combining_class && !(r.flags & (unicode::kBertAccent | unicode::kNotNormalizedByHf));
}

/// What a character is taken apart into.
unicode::Codes parts_of(const char32_t& code, char32_t (&hangul)[3]) {
  if (unicode::is_hangul_syllable(code)) return {hangul, unicode::decompose_hangul(code, hangul)};
  const uint32_t flags = unicode::record(code).flags;
  if (flags & unicode::kCanonical && !(flags & unicode::kNotNormalizedByHf)) {
    return unicode::canonical(code);
  }
  return {&code, 1};
}

/// False, and only ASCII is changed, for a text whose marks would have to be put in order first.
bool change(Text& text, const Steps& steps, bool in_order) {
  using namespace unicode;
  if (steps.clean) {
    for (char& byte : text.bytes) {
      byte = byte == '\t' || byte == '\n' || byte == '\r' ? ' ' : byte;
    }
  }
  if (steps.lower) {
    for (char& byte : text.bytes)
      byte = static_cast<char>(byte | (byte >= 'A' && byte <= 'Z') << 5);
  }
  const uint32_t changing = (steps.clean ? kWhite | kBertDropped : 0u) |
                            (steps.strip ? kCanonical | kBertAccent : 0u) |
                            (steps.lower ? kLowers : 0u);
  Edit edit(text);
  std::string written;
  while (!edit.left().empty()) {
    const std::string_view left = edit.left();
    // Of ASCII, only control characters are left to be changed.
    size_t bytes = printable_prefix(left);
    if (bytes) {
      edit.keep(bytes);
      continue;
    }
    const char32_t code = next(left, bytes);
    const Record& r = record(code);
    if (steps.strip && !in_order && is_kept_mark(r)) return false;
    const bool chinese = steps.chinese && is_chinese(code);
    if (!(r.flags & changing) && !chinese && !(steps.strip && is_hangul_syllable(code)) &&
        !(steps.clean && code == 0)) {
      edit.keep(bytes);
      continue;
    }
    if (steps.clean && (code == 0 || r.flags & kBertDropped)) {
      edit.drop(bytes);
      continue;
    }
    if (steps.clean && r.flags & kWhite) {
      edit.replace(bytes, " ");
      continue;
    }
    char32_t hangul[3];
    const Codes parts = steps.strip ? parts_of(code, hangul) : Codes{&code, 1};
    written.clear();
    if (chinese) written += ' ';
    for (const char32_t part : parts) {
      if (steps.strip) {
        const Record& of_part = record(part);
        if (of_part.flags & kBertAccent) continue;
        if (!in_order && is_kept_mark(of_part)) return false;
      }
      if (steps.lower) {
        for (const char32_t c : lower(part)) append(written, c);
      } else {
        append(written, part);
      }
    }
    if (chinese) written += ' ';
    edit.replace(bytes, written);
  }
  edit.finish();
  return true;
}

class BertNormalizer final : public Normalizer {
 public:
  explicit BertNormalizer(const JsonFields& fields)
      : clean_text_(fields.boolean("clean_text")),
        handle_chinese_chars_(fields.boolean("handle_chinese_chars")),
        lowercase_(fields.boolean("lowercase")) {
    if (fields.find("strip_accents")) strip_accents_ = fields.boolean("strip_accents");
  }

  void normalize(Text& text) const override {
    const bool strip = strip_accents_.value_or(lowercase_);
    if (change(text, {clean_text_, handle_chinese_chars_, strip, lowercase_}, false)) return;
    change(text, {clean_text_, handle_chinese_chars_, false, false}, true);
    to_form(text, unicode::Form::NFD);
    change(text, {false, false, true, lowercase_}, true);
  }

  nlohmann::ordered_json to_json() const override {
    nlohmann::ordered_json strip;
    if (strip_accents_) strip = *strip_accents_;
    return {{"type", "BertNormalizer"},
            {"clean_text", clean_text_},
            {"handle_chinese_chars", handle_chinese_chars_},
            {"strip_accents", strip},
            {"lowercase", lowercase_}};
  }

 private:
  bool clean_text_, handle_chinese_chars_, lowercase_;
  std::optional<bool> strip_accents_;
};

}  // namespace

std::unique_ptr<Normalizer> make_bert(const JsonFields& fields) {
  return std::make_unique<BertNormalizer>(fields);
}

}  // namespace hearth::text::normalizers
