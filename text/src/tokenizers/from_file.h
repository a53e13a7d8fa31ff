// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tokenizers/tokenizer_impl.h"

namespace hearth::text {

/// What files of vocabularies leave open, and the settings of their model say.
struct FileHints {
  /// Of vocab.txt.
  bool do_lower_case = true, tokenize_chinese_chars = true;
  std::optional<bool> strip_accents;
  /// Of vocab.json.
  bool add_prefix_space = false;
  /// Of SentencePiece's .model: its ids are XLM-R's; unset, the name of the file says it.
  std::optional<bool> fairseq;
  /// Of a .tiktoken file: "cl100k_base" ...; empty: the name of the file says it.
  std::string encoding;
};

/// The tokenizer in a file of any kind, told by its content. Throws FileError and FormatError.
std::shared_ptr<Tokenizer::Impl> open_tokenizer(const std::string& path,
                                                const FileHints& hints = {});

/// The same of one kind, whose text is given. `source` is named in errors.
std::shared_ptr<Tokenizer::Impl> from_bert_vocab(std::string_view file, const std::string& source,
                                                 const FileHints& hints);
std::shared_ptr<Tokenizer::Impl> from_gpt2_vocab(std::string_view vocab, const std::string& path,
                                                 const FileHints& hints);
std::shared_ptr<Tokenizer::Impl> from_tiktoken(std::string_view file, const std::string& path,
                                               const FileHints& hints);
std::shared_ptr<Tokenizer::Impl> from_sentencepiece(std::string_view file,
                                                    const std::string& source,
                                                    const FileHints& hints);

}  // namespace hearth::text
