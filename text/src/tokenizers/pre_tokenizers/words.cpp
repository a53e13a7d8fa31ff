// SPDX-License-Identifier: Apache-2.0
// Pre-tokenizers that always split in the same way: BertPreTokenizer, Whitespace, WhitespaceSplit.
#include <nlohmann/json.hpp>

#include "tokenizers/json_fields.h"
#include "tokenizers/pre_tokenizers/cursor.h"
#include "tokenizers/pre_tokenizers/makers.h"
#include "tokenizers/pre_tokenizers/pieces.h"

namespace hearth::text::pre_tokenizers {
namespace {

/// Drops white space, and makes pieces of what kWord::skip moves the cursor over, from anything
/// else.
template <class Word>
class Words final : public PreTokenizer {
 public:
  void split(Text& text) const override {
    const char* const bytes = text.bytes.data();
    split_pieces(text, [bytes](Offset piece, std::vector<Offset>& out) {
      Cursor cursor(bytes + piece.begin, bytes + piece.end);
      for (;;) {
        cursor.skip_while(unicode::kSpace);
        if (cursor.done()) return;
        const auto begin = static_cast<uint32_t>(cursor.at() - bytes);
        Word::skip(cursor);
        out.push_back({begin, static_cast<uint32_t>(cursor.at() - bytes)});
      }
    });
  }
  nlohmann::ordered_json to_json() const override { return {{"type", Word::kName}}; }
};

struct Bert {
  static constexpr const char* kName = "BertPreTokenizer";
  static void skip(Cursor& cursor) {
    const Seen first = cursor.peek();
    cursor.skip(first.bytes);
    if (first.classes & unicode::kPunctuationClass) return;
    cursor.skip_ascii_letters();
    cursor.skip_without(unicode::kPunctuationClass | unicode::kSpace);
  }
};

/// \w+|[^\w\s]+
struct Whitespace {
  static constexpr const char* kName = "Whitespace";
  static void skip(Cursor& cursor) {
    if (cursor.peek().classes & unicode::kWordClass) {
      cursor.skip_ascii_letters();
      cursor.skip_while(unicode::kWordClass);
    } else {
      cursor.skip_without(unicode::kWordClass | unicode::kSpace);
    }
  }
};

struct WhitespaceSplit {
  static constexpr const char* kName = "WhitespaceSplit";
  static void skip(Cursor& cursor) { cursor.skip_without(unicode::kSpace); }
};

}  // namespace

std::unique_ptr<PreTokenizer> make_bert(const JsonFields&) {
  return std::make_unique<Words<Bert>>();
}
std::unique_ptr<PreTokenizer> make_whitespace(const JsonFields&) {
  return std::make_unique<Words<Whitespace>>();
}
std::unique_ptr<PreTokenizer> make_whitespace_split(const JsonFields&) {
  return std::make_unique<Words<WhitespaceSplit>>();
}

}  // namespace hearth::text::pre_tokenizers
