// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizers/settings.h"
#include "tokenizers/tokenizer_impl.h"

namespace hearth::text {

struct TokenizerClass;

/// A tokenizer, and the class that made it; null where the file alone says what it is.
struct OpenedTokenizer {
  std::shared_ptr<Tokenizer::Impl> impl;
  const TokenizerClass* by = nullptr;
  /// Tokens that the file itself marks, which may still have to be added.
  std::vector<AddedToken> marked{};
  /// Special tokens that the file itself names: "bos_token" and its text.
  std::vector<std::pair<std::string_view, std::string>> names{};
  /// Whether add_bos_token and add_eos_token say what stands around a text.
  bool takes_frame = false;
  /// Whether added tokens are found in the text as it came, normalized or not.
  bool finds_added_as_written = false;
};

/// The tokenizer in a file of any kind, told by its content. A vocabulary becomes what the class
/// named by the settings makes of it. Throws FileError and FormatError.
OpenedTokenizer open_tokenizer(const std::string& path, const TokenizerSettings& settings = {});

/// The same of one kind, whose text is given, where no class is known. `source` is named in errors.
std::shared_ptr<Tokenizer::Impl> from_bert_vocab(std::string_view file, const std::string& source,
                                                 const TokenizerSettings& settings);
std::shared_ptr<Tokenizer::Impl> from_gpt2_vocab(std::string_view vocab, const std::string& path,
                                                 const TokenizerSettings& settings);
std::shared_ptr<Tokenizer::Impl> from_tiktoken(std::string_view file, const std::string& path);
/// As SentencePiece does it. `fairseq`: with XLM-R's ids.
OpenedTokenizer from_sentencepiece(std::string_view file, const std::string& source,
                                   const TokenizerSettings& settings, bool fairseq);

}  // namespace hearth::text
