// SPDX-License-Identifier: Apache-2.0
// The tokenizers that classes of Hugging Face's transformers make around a vocabulary's file.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "tokenizers/from_file.h"

namespace hearth::text {

enum class VocabularyFormat { TokenizerJson, VocabJson, SentencePiece, Tiktoken, VocabTxt };

/// A special token by its name, "cls_token" ...
using SpecialTokenOf = Callable<SpecialToken(const char* name)>;

struct TokenizerClass {
  /// As TokenizerSettings::family has it.
  std::string_view name;
  VocabularyFormat format;
  OpenedTokenizer (*open)(const TokenizerClass&, std::string_view file, const std::string& path,
                          const TokenizerSettings& settings);
  /// As in tokenizer.json, once all tokens are added. Null: bos and eos stand around a text if
  /// add_bos_token and add_eos_token say so.
  nlohmann::ordered_json (*post_processor)(const SpecialTokenOf& token,
                                           const TokenizerSettings& settings) = nullptr;
  /// Whether mask_token, where only its text is given, takes the spaces before it.
  bool mask_takes_spaces = false;
};

/// Null if no class of that name makes tokenizers of such files.
const TokenizerClass* find_class(std::string_view name, VocabularyFormat format);

OpenedTokenizer open_wordpiece(const TokenizerClass& its, std::string_view file,
                               const std::string& path, const TokenizerSettings& settings);

OpenedTokenizer open_gpt2(const TokenizerClass& its, std::string_view file, const std::string& path,
                          const TokenizerSettings& settings);
OpenedTokenizer open_qwen2(const TokenizerClass& its, std::string_view file,
                           const std::string& path, const TokenizerSettings& settings);
OpenedTokenizer open_clip(const TokenizerClass& its, std::string_view file, const std::string& path,
                          const TokenizerSettings& settings);

OpenedTokenizer open_llama(const TokenizerClass& its, std::string_view file,
                           const std::string& path, const TokenizerSettings& settings);
OpenedTokenizer open_gemma(const TokenizerClass& its, std::string_view file,
                           const std::string& path, const TokenizerSettings& settings);

OpenedTokenizer open_t5(const TokenizerClass& its, std::string_view file, const std::string& path,
                        const TokenizerSettings& settings);
OpenedTokenizer open_xlm_roberta(const TokenizerClass& its, std::string_view file,
                                 const std::string& path, const TokenizerSettings& settings);
OpenedTokenizer open_camembert(const TokenizerClass& its, std::string_view file,
                               const std::string& path, const TokenizerSettings& settings);
OpenedTokenizer open_albert(const TokenizerClass& its, std::string_view file,
                            const std::string& path, const TokenizerSettings& settings);
OpenedTokenizer open_xlnet(const TokenizerClass& its, std::string_view file,
                           const std::string& path, const TokenizerSettings& settings);
OpenedTokenizer open_deberta_v2(const TokenizerClass& its, std::string_view file,
                                const std::string& path, const TokenizerSettings& settings);

}  // namespace hearth::text
