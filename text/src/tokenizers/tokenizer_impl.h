// SPDX-License-Identifier: Apache-2.0
// What a Tokenizer is a handle of.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "hearth/text/tokenizers/tokenizer.h"

#include "tokenizers/decoder.h"
#include "tokenizers/parts.h"
#include "tokenizers/post_processor.h"
#include "tokenizers/vocabulary.h"

namespace hearth::text {

struct Tokenizer::Impl {
  /// Checks what truncation and padding say of each other. Throws ValueError.
  void check(const Truncation& truncation) const;
  /// From now on [bos] A [eos], or less, as Llama's tokenizers have it.
  void set_frame(const std::optional<SpecialToken>& bos, const std::optional<SpecialToken>& eos);
  /// A post-processor of tokenizer.json.
  void set_post_processor(const std::string& json);
  /// A decoder of tokenizer.json.
  void set_decoder(std::string_view json);
  /// Adds tokens, to a vocabulary that earlier results don't share.
  size_t add(ArrayRef<AddedToken> tokens);
  const DecodeTable& decode_table() const;

  std::unique_ptr<const Normalizer> normalizer;
  std::unique_ptr<const PreTokenizer> pre_tokenizer;
  std::shared_ptr<const Vocabulary> vocabulary;
  PostProcessor post_processor;
  std::shared_ptr<const Decoder> decoder = std::make_shared<Decoder>();
  std::optional<Truncation> truncation;
  std::optional<Padding> padding;
  bool encode_special_tokens = false;
  bool is_bpe = false;

 private:
  mutable std::mutex table_mutex_;
  mutable std::shared_ptr<const DecodeTable> table_;  // made when it is first asked for
};

/// The tokenizer of a tokenizer.json, whose model may come from elsewhere: then the "model" in the
/// text is not looked at, and it gets raw bytes where the pre-tokenizer would map them to letters.
std::shared_ptr<Tokenizer::Impl> read_tokenizer_json(const std::string& json,
                                                     const std::string& source,
                                                     std::unique_ptr<Model> model = nullptr);

/// A text without special tokens, truncation and padding. `word`: the number of all tokens' word,
/// for texts that are a word of a longer one.
Encoding encode_text(const Tokenizer::Impl& impl, std::string_view text, uint32_t type_id,
                     OffsetUnit unit, std::optional<uint32_t> word = std::nullopt);
/// Appends the ids of a text.
void append_ids(const Tokenizer::Impl& impl, std::string_view text, std::vector<uint32_t>& ids);

}  // namespace hearth::text
