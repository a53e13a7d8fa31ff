// SPDX-License-Identifier: Apache-2.0
// Models in other files than tokenizer.json. FormatError, which begins with [source], for what is
// not such a file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizers/models/build.h"

namespace hearth::text {

/// OpenAI's .tiktoken: lines of a token in base64 and its rank, which is its id. The model is a BPE
/// that gets raw bytes; the file says nothing of how to split a text nor of special tokens.
/// `specials` are part of the vocabulary, at ids of their own, and in no text.
std::unique_ptr<Model> read_tiktoken(
    std::string_view file, const std::string& source,
    const std::vector<std::pair<uint32_t, std::string>>& specials = {});

/// vocab.txt of BERT: a token a line, by id.
std::unique_ptr<Model> read_bert_vocab(std::string_view file, const std::string& source,
                                       const std::string& unk_token = "[UNK]");

/// vocab.json and merges.txt of GPT-2. The model is a BPE that gets raw bytes. `source` names
/// vocab.json, `merges_source` merges.txt.
std::unique_ptr<Model> read_gpt2_vocab(std::string_view vocab, std::string_view merges,
                                       const std::string& source, const std::string& merges_source,
                                       BpeOptions options = {});

/// What SentencePiece's .model says.
struct SentencePieceFile {
  /// By id; their texts are in the file.
  std::vector<UnigramPiece> pieces;
  bool is_bpe = false, byte_fallback = false;
  uint32_t unk_id = 0;
  std::optional<uint32_t> bos_id, eos_id, pad_id;

  /// The normalizer: its table, as `Precompiled` has it (empty: none), and what is done with
  /// spaces.
  std::string precompiled_charsmap;
  bool add_dummy_prefix = true, remove_extra_whitespaces = true, escape_whitespaces = true;
  /// Whether the space of a word is behind it, and so the one that add_dummy_prefix adds.
  bool treat_whitespace_as_suffix = false;
};

SentencePieceFile read_sentencepiece(std::string_view file, const std::string& source);

/// Gives pieces the ids that fairseq gave XLM-R's, with <s>, <pad>, </s> and <unk> in front, in
/// place of the file's first three, and <mask> behind.
void use_fairseq_ids(SentencePieceFile& file, const std::string& source);

/// What SentencePiece makes of a text that is normalized and has U+2581 for spaces. No text gives
/// control pieces; user-defined ones are always found whole.
std::unique_ptr<Model> make_sentencepiece(const SentencePieceFile& file, const std::string& source);

}  // namespace hearth::text
