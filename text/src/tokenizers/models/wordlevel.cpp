// SPDX-License-Identifier: Apache-2.0
// The simplest model: a piece is a token or it is unknown.
#include "hearth/base/error.h"

#include "tokenizers/models/build.h"
#include "tokenizers/models/json_text.h"
#include "tokenizers/models/token_table.h"
#include "tokenizers/parts.h"

namespace hearth::text {
namespace {

class WordLevel final : public Model {
 public:
  WordLevel(const VocabEntries& vocab, std::string unk_token, const std::string& source)
      : unk_token_(std::move(unk_token)) {
    size_t bytes = 0;
    for (const auto& [token, id] : vocab) bytes += token.size();
    tokens_.reserve(vocab.size(), bytes);
    for (const auto& [token, id] : vocab) tokens_.add(token, id, source);
    unk_ = tokens_.id(unk_token_);
  }

  void encode(std::string_view text, ArrayRef<Offset> pieces, Tokens& out) const override {
    for (size_t i = 0; i < pieces.size(); ++i) {
      const std::string_view piece = text.substr(pieces[i].begin, pieces[i].end - pieces[i].begin);
      if (piece.empty()) continue;
      uint32_t id = tokens_.id(piece);
      if (id == TokenTable::kNone) {
        HEARTH_CHECK_AS(ValueError, unk_ != TokenTable::kNone, "[WordLevel] expected unk_token '",
                        unk_token_, "' in the vocabulary, for the unknown word '", piece, "'");
        id = unk_;
      }
      out.ids.push_back(id);
      if (out.ids_only) continue;
      out.spans.push_back(pieces[i]);
      out.pieces.push_back(static_cast<uint32_t>(i));
    }
  }
  std::optional<uint32_t> token_to_id(std::string_view token) const override {
    return tokens_.find_id(token);
  }
  std::string_view id_to_token(uint32_t id) const override { return tokens_.token(id); }
  size_t vocab_size() const override { return tokens_.size(); }

  void write_json(std::string& out, bool pretty) const override {
    JsonText json(out, pretty, 1);
    json.open('{');
    json.key("type");
    json.string("WordLevel");
    json.key("vocab");
    write_vocab(json, tokens_);
    json.key("unk_token");
    json.string(unk_token_);
    json.close('}');
  }

  const std::string& unk_token() const { return unk_token_; }

 private:
  std::string unk_token_;
  TokenTable tokens_;
  uint32_t unk_ = TokenTable::kNone;
};

}  // namespace

std::optional<std::string> wordlevel_unk_token(const Model& model) {
  const auto* words = dynamic_cast<const WordLevel*>(&model);
  return words ? std::optional(words->unk_token()) : std::nullopt;
}

std::unique_ptr<Model> make_wordlevel(const VocabEntries& vocab, const std::string& unk_token,
                                      const std::string& source) {
  return std::make_unique<WordLevel>(vocab, unk_token, source);
}

}  // namespace hearth::text
