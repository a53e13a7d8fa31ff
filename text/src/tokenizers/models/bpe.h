// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/models/build.h"
#include "tokenizers/models/byte_tokens.h"
#include "tokenizers/models/merge_table.h"
#include "tokenizers/models/pair_check.h"
#include "tokenizers/models/piece_cache.h"
#include "tokenizers/models/thread_state.h"
#include "tokenizers/models/token_table.h"
#include "tokenizers/models/trie.h"
#include "tokenizers/models/whole_tokens.h"
#include "tokenizers/parts.h"

namespace hearth::text {

/// Byte pair encoding. Most pieces are found whole, in a cache or among the tokens. The others are
/// put together from left to right out of the longest tokens, going back where two of them could
/// not be neighbours (pair_check.h), which takes time in proportion to the text. Vocabularies with
/// prefixes, suffixes or dropout merge symbol after symbol (merge_symbols.h).
class Bpe final : public Model, private PairCheck::Source {
 public:
  Bpe(const VocabEntries& vocab, const std::vector<RankedMerge>& merges, const BpeOptions& options,
      const std::string& source);

  void encode(std::string_view text, ArrayRef<Offset> pieces, Tokens& out) const override;
  std::optional<uint32_t> token_to_id(std::string_view token) const override {
    return tokens_.find_id(token);
  }
  std::string_view id_to_token(uint32_t id) const override { return tokens_.token(id); }
  size_t vocab_size() const override { return tokens_.size(); }
  std::string_view continuing_subword_prefix() const override {
    return options_.continuing_subword_prefix
               ? std::string_view(*options_.continuing_subword_prefix)
               : std::string_view();
  }
  void write_json(std::string& out, bool pretty) const override;

  const BpeOptions& options() const { return options_; }
  /// A thread's memory for this model (thread_state.h).
  struct State;
  /// The tokens of a piece, longer or rarer than what is cached (piece_loop.h).
  void encode_piece(std::string_view piece, State& state, std::vector<Symbol>& out) const;
  uint32_t covered(uint32_t id) const { return covered_[id]; }
  bool caches() const { return dropout_ == 0; }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  void read_vocab(const VocabEntries& vocab, const std::string& source);
  void read_whole(const std::string& source);
  void read_merges(const std::vector<RankedMerge>& merges, const std::string& source);
  void find_start_symbols();

  bool start_symbols(uint32_t token, std::vector<Symbol>& out) const override;
  /// What HF starts with for a character (a byte, of a byte-level vocabulary).
  std::string start_token(std::string_view character, bool first, bool last) const;
  size_t character_size(std::string_view piece, size_t at) const;

  void encode_known(std::string_view run, State& state, std::vector<Symbol>& out) const;
  void encode_with_unknown(std::string_view piece, State& state, std::vector<Symbol>& out) const;
  /// Symbols of a piece before any merge, as HF makes them.
  void start_piece(std::string_view piece, std::vector<Symbol>& out) const;
  /// What HF puts for a character that is no token.
  void add_unknown(const std::string& token, std::string_view character,
                   std::optional<Symbol>& unknown, std::vector<Symbol>& out) const;
  Symbol longest(std::string_view text, size_t at, size_t most, State& state) const;

  ModelSerial serial_;
  BpeOptions options_;
  float dropout_ = 0;
  TokenTable tokens_;
  MergeTable merges_;
  /// Tokens in the form the text has.
  Trie trie_;
  WholeTokens whole_;
  /// By id, the bytes of the text that a token stands for.
  std::vector<uint32_t> covered_;
  ByteTokens byte_tokens_;
  uint32_t unk_ = kNone;
  /// No prefix, suffix or dropout, and no merge of unknown or fallback tokens.
  bool simple_ = true;
  /// Every byte is a token.
  bool complete_ = false;
  std::optional<PairCheck> check_;
};

}  // namespace hearth::text
