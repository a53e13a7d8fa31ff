// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tokenizers/models/merge_symbols.h"
#include "tokenizers/models/trie.h"
#include "unicode/utf8.h"

namespace hearth::text {

/// Tokens that are found in a text from left to right, the longest first, before anything else is
/// (SentencePiece's user-defined symbols).
class WholeTokens {
 public:
  void reserve(size_t bytes, const std::string& source) { trie_.reserve(bytes, source); }
  void add(std::string_view token, uint32_t id) {
    trie_.add(token, id);
    empty_ = false;
  }
  bool empty() const { return empty_; }

  /// Calls between(text) for what lies before, between and behind these tokens, and found(symbol)
  /// for each of them.
  template <class Between, class Found>
  void split(std::string_view text, const Between& between, const Found& found) const {
    size_t done = 0;
    for (size_t at = 0; at < text.size();) {
      const Symbol symbol = longest(text, at);
      if (symbol.size == 0) {
        at += unicode::length_of(text[at]);
        continue;
      }
      if (at > done) between(text.substr(done, at - done));
      found(symbol);
      at += symbol.size;
      done = at;
    }
    if (done < text.size()) between(text.substr(done));
  }

 private:
  Symbol longest(std::string_view text, size_t at) const {
    Symbol symbol;
    uint32_t node = Trie::kRoot;
    for (size_t i = at; i < text.size();) {
      node = trie_.step(node, text[i++]);
      if (node == Trie::kNone) break;
      const uint32_t id = trie_.value(node);
      if (id != Trie::kNone) symbol = {id, static_cast<uint32_t>(i - at)};
    }
    return symbol;
  }

  Trie trie_;
  bool empty_ = true;
};

}  // namespace hearth::text
