// SPDX-License-Identifier: Apache-2.0
// WordPiece: the longest token that the word begins with, then the longest continuation, and so on;
// a word that leaves a rest is unknown as a whole.
#include "hearth/base/error.h"

#include "tokenizers/models/build.h"
#include "tokenizers/models/json_text.h"
#include "tokenizers/models/piece_loop.h"
#include "tokenizers/models/token_table.h"
#include "tokenizers/models/trie.h"
#include "tokenizers/parts.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

class WordPiece final : public Model {
 public:
  struct State : ThreadState {
    State() : ThreadState(size_t{1} << 14) {}
  };

  WordPiece(const VocabEntries& vocab, const WordPieceOptions& options, const std::string& source)
      : options_(options) {
    size_t bytes = 0;
    for (const auto& [token, id] : vocab) bytes += token.size();
    const std::string& prefix = options_.continuing_subword_prefix;
    tokens_.reserve(vocab.size(), bytes);
    trie_.reserve(bytes + prefix.size(), source);
    for (const auto& [token, id] : vocab) {
      tokens_.add(token, id, source);
      if (!token.empty()) trie_.add(token, id);
      if (covered_.size() <= id) covered_.resize(tokens_.end_id());
      const size_t skip = token.starts_with(prefix) ? prefix.size() : 0;
      covered_[id] = static_cast<uint32_t>(token.size() - skip);
    }
    continuing_ = trie_.add(prefix, trie_.find(prefix));
    unk_ = tokens_.id(options_.unk_token);
  }

  void encode(std::string_view text, ArrayRef<Offset> pieces, Tokens& out) const override {
    encode_pieces(*this, thread_state<State>(serial_), text, pieces, out);
  }
  std::optional<uint32_t> token_to_id(std::string_view token) const override {
    return tokens_.find_id(token);
  }
  std::string_view id_to_token(uint32_t id) const override { return tokens_.token(id); }
  size_t vocab_size() const override { return tokens_.size(); }
  std::string_view continuing_subword_prefix() const override {
    return options_.continuing_subword_prefix;
  }
  void write_json(std::string& out, bool pretty) const override;

  const WordPieceOptions& options() const { return options_; }
  bool caches() const { return true; }
  uint32_t covered(uint32_t id) const { return covered_[id]; }
  void encode_piece(std::string_view word, State&, std::vector<Symbol>& out) const {
    if (too_long(word) || !split(word, out)) {
      HEARTH_CHECK_AS(ValueError, unk_ != Trie::kNone, "[WordPiece] expected unk_token '",
                      options_.unk_token, "' in the vocabulary, for the unknown word '", word, "'");
      out.assign(1, {unk_, static_cast<uint32_t>(word.size())});
    }
  }

 private:
  bool too_long(std::string_view word) const {
    if (word.size() <= options_.max_input_chars_per_word) return false;
    size_t characters = 0;
    for (const char byte : word) characters += unicode::continues(byte) ? 0 : 1;
    return characters > options_.max_input_chars_per_word;
  }
  bool split(std::string_view word, std::vector<Symbol>& out) const {
    for (size_t at = 0; at < word.size();) {
      uint32_t node = at == 0 ? Trie::kRoot : continuing_;
      Symbol longest{Trie::kNone};
      for (size_t i = at; i < word.size(); ++i) {
        node = trie_.step(node, word[i]);
        if (node == Trie::kNone) break;
        const uint32_t id = trie_.value(node);
        if (id != Trie::kNone) longest = {id, static_cast<uint32_t>(i + 1 - at)};
      }
      if (longest.id == Trie::kNone) return false;
      out.push_back(longest);
      at += longest.size;
    }
    return true;
  }

  ModelSerial serial_;
  WordPieceOptions options_;
  TokenTable tokens_;
  Trie trie_;
  std::vector<uint32_t> covered_;
  uint32_t continuing_ = Trie::kRoot, unk_ = Trie::kNone;
};

void WordPiece::write_json(std::string& out, bool pretty) const {
  JsonText json(out, pretty, 1);
  json.open('{');
  json.key("type");
  json.string("WordPiece");
  json.key("unk_token");
  json.string(options_.unk_token);
  json.key("continuing_subword_prefix");
  json.string(options_.continuing_subword_prefix);
  json.key("max_input_chars_per_word");
  json.number(uint64_t{options_.max_input_chars_per_word});
  json.key("vocab");
  write_vocab(json, tokens_);
  json.close('}');
}

}  // namespace

std::optional<WordPieceOptions> wordpiece_options(const Model& model) {
  const auto* wordpiece = dynamic_cast<const WordPiece*>(&model);
  return wordpiece ? std::optional(wordpiece->options()) : std::nullopt;
}

std::unique_ptr<Model> make_wordpiece(const VocabEntries& vocab, const WordPieceOptions& options,
                                      const std::string& source) {
  return std::make_unique<WordPiece>(vocab, options, source);
}

}  // namespace hearth::text
