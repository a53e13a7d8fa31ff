// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "tokenizers/json_fields.h"
#include "tokenizers/pre_tokenizers/makers.h"
#include "tokenizers/pre_tokenizers/pieces.h"
#include "unicode/utf8.h"

namespace hearth::text::pre_tokenizers {
namespace {

class Metaspace final : public PreTokenizer {
 public:
  explicit Metaspace(const JsonFields& fields)
      : replacement_(fields.string("replacement")),
        scheme_(fields.string("prepend_scheme", "always")),
        split_(fields.boolean("split", true)) {
    if (replacement_.empty() || unicode::length_of(replacement_[0]) != replacement_.size()) {
      fields.fail("replacement", "one character");
    }
    if (scheme_ != "always" && scheme_ != "first" && scheme_ != "never") {
      fields.fail("prepend_scheme", "\"always\", \"first\" or \"never\"");
    }
    // Older files say only this, newer ones may say both.
    if (!fields.boolean("add_prefix_space", true)) {
      if (fields.find("prepend_scheme") && scheme_ != "never") {
        fields.fail("add_prefix_space", "what prepend_scheme says");
      }
      scheme_ = "never";
    }
  }

  void split(Text& text) const override {
    rewrite_pieces(text, [&](Edit& edit, Offset piece) {
      const std::string first(edit.left().substr(0, unicode::length_of(edit.left()[0])));
      if (first != " " && first != replacement_ && is_prepended(text, piece)) {
        edit.replace(first.size(), replacement_);
        edit.add(first);
      }
      while (edit.at() < piece.end) {
        const std::string_view left = edit.left().substr(0, piece.end - edit.at());
        const size_t space = left.find(' ');
        edit.keep(std::min(space, left.size()));
        if (space != std::string_view::npos) edit.replace(1, replacement_);
      }
    });
    if (split_) {
      split_pieces(text, [&](Offset piece, std::vector<Offset>& out) { cut(text, piece, out); });
    }
  }

  /// A piece of a text is the first if it came from the front, as several may that one character
  /// became.
  bool needs_origin(bool whole) const override { return !whole && scheme_ == "first"; }

  nlohmann::ordered_json to_json() const override {
    return {{"type", "Metaspace"},
            {"replacement", replacement_},
            {"prepend_scheme", scheme_},
            {"split", split_}};
  }

 private:
  bool is_prepended(const Text& text, Offset piece) const {
    if (scheme_ != "first") return scheme_ == "always";
    if (!text.origin.empty()) return text.origin[piece.begin].begin == 0;
    return text.start + text.dropped + piece.begin == 0;
  }

  /// Before each replacement.
  void cut(const Text& text, Offset piece, std::vector<Offset>& out) const {
    const std::string_view bytes = view(text, piece);
    size_t begin = 0;
    while (begin < bytes.size()) {
      const size_t end = std::min(bytes.find(replacement_, begin + 1), bytes.size());
      out.push_back(
          {piece.begin + static_cast<uint32_t>(begin), piece.begin + static_cast<uint32_t>(end)});
      begin = end;
    }
  }

  std::string replacement_, scheme_;
  bool split_;
};

}  // namespace

std::unique_ptr<PreTokenizer> make_metaspace(const JsonFields& fields) {
  return std::make_unique<Metaspace>(fields);
}

}  // namespace hearth::text::pre_tokenizers
