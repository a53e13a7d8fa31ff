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

namespace hearth::text {

class Model;

/// OpenAI's .tiktoken: lines of a token in base64 and its rank, which is its id. The model is a BPE
/// that gets raw bytes; the file says nothing of how to split a text nor of special tokens.
/// `specials` are part of the vocabulary, at ids of their own, and in no text.
std::unique_ptr<Model> read_tiktoken(
    std::string_view file, const std::string& source,
    const std::vector<std::pair<uint32_t, std::string>>& specials = {});

/// vocab.txt of BERT: a token a line, by id.
std::unique_ptr<Model> read_bert_vocab(std::string_view file, const std::string& source);

/// vocab.json and merges.txt of GPT-2. The model is a BPE that gets raw bytes. `source` names
/// vocab.json, `merges_source` merges.txt.
std::unique_ptr<Model> read_gpt2_vocab(std::string_view vocab, std::string_view merges,
                                       const std::string& source, const std::string& merges_source);

/// What SentencePiece's .model says.
struct SentencePieceFile {
  /// Gets a whole text, normalized, with U+2581 for spaces.
  std::unique_ptr<Model> model;
  bool is_bpe = false;

  /// The normalizer: its table, as `Precompiled` has it (empty: none), and what is done with
  /// spaces.
  std::string precompiled_charsmap;
  bool add_dummy_prefix = true, remove_extra_whitespaces = true, escape_whitespaces = true;
  bool treat_whitespace_as_suffix = false;

  /// Pieces that no text gives (control), and such as are always found whole (user-defined), which
  /// the model does.
  struct Special {
    uint32_t id = 0;
    std::string text;
    bool control = true;
  };
  std::vector<Special> specials;
  bool byte_fallback = false;
  std::optional<uint32_t> unk_id, bos_id, eos_id, pad_id;
};

/// `fairseq`: ids are those that fairseq gave XLM-R's pieces, with <s>, <pad>, </s> and <unk> in
/// front, in place of the file's first three, and <mask> behind.
SentencePieceFile read_sentencepiece(std::string_view file, const std::string& source,
                                     bool fairseq = false);

}  // namespace hearth::text
