// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "tokenizers/json_fields.h"
#include "tokenizers/models/byte_letters.h"
#include "tokenizers/pattern.h"
#include "tokenizers/pre_tokenizers/known_patterns.h"
#include "tokenizers/pre_tokenizers/makers.h"
#include "tokenizers/pre_tokenizers/pieces.h"
#include "unicode/utf8.h"

namespace hearth::text::pre_tokenizers {
namespace {

class ByteLevel final : public PreTokenizer {
 public:
  explicit ByteLevel(const JsonFields& fields)
      : add_prefix_space_(fields.boolean("add_prefix_space")),
        trim_offsets_(fields.boolean("trim_offsets")),
        use_regex_(fields.boolean("use_regex", true)),
        words_(make_known_pattern(kGpt2Regex)) {}

  void split(Text& text) const override {
    if (add_prefix_space_) add_spaces(text);
    if (use_regex_) {
      split_pieces(text, [&](Offset piece, std::vector<Offset>& out) {
        words_->find(view(text, piece), piece.begin, out);
      });
    }
    if (letters_) write_letters(text);
  }

  nlohmann::ordered_json to_json() const override {
    return {{"type", "ByteLevel"},
            {"add_prefix_space", add_prefix_space_},
            {"trim_offsets", trim_offsets_},
            {"use_regex", use_regex_}};
  }

  void leave_out_letters() { letters_ = false; }

 private:
  static void add_spaces(Text& text) {
    rewrite_pieces(text, [](Edit& edit, Offset piece) {
      const std::string first(edit.left().substr(0, unicode::length_of(edit.left()[0])));
      if (first != " ") {
        edit.replace(first.size(), " ");
        edit.add(first);
      }
      edit.keep(piece.end - edit.at());
    });
  }

  static void write_letters(Text& text) {
    rewrite_pieces(text, [](Edit& edit, Offset piece) {
      while (edit.at() < piece.end) {
        const std::string_view left = edit.left();
        const auto letter = [&](size_t i) { return kByteLetters[static_cast<uint8_t>(left[i])]; };
        const size_t size = unicode::length_of(left[0]);
        edit.replace(size, letter(0));
        for (size_t i = 1; i < size; ++i) edit.add(letter(i));
      }
    });
  }

  bool add_prefix_space_, trim_offsets_, use_regex_, letters_ = true;
  std::unique_ptr<Pattern> words_;
};

}  // namespace

std::unique_ptr<PreTokenizer> make_byte_level(const JsonFields& fields) {
  return std::make_unique<ByteLevel>(fields);
}

bool leave_out_letters(PreTokenizer& pre_tokenizer) {
  auto* byte_level = dynamic_cast<ByteLevel*>(&pre_tokenizer);
  if (byte_level) byte_level->leave_out_letters();
  return byte_level != nullptr;
}

}  // namespace hearth::text::pre_tokenizers
