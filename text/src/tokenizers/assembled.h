// SPDX-License-Identifier: Apache-2.0
// What the makers of tokenizers around a vocabulary share: parts, written as in tokenizer.json.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tokenizers/model_files.h"
#include "tokenizers/settings.h"
#include "tokenizers/tokenizer_impl.h"

namespace hearth::text {

/// Parts may be null.
struct Parts {
  nlohmann::ordered_json normalizer{}, pre_tokenizer{}, post_processor{}, decoder{};
  std::vector<AddedToken> added{};

  std::shared_ptr<Tokenizer::Impl> with(std::unique_ptr<Model> model,
                                        const std::string& source) const;
};

inline constexpr char kSpaceMark[] = "\u2581";

AddedToken special_token(std::string content);

/// Of vocab.json, whose text is given, with the merges.txt beside it.
std::unique_ptr<Model> read_gpt2_files(std::string_view vocab, const std::string& path,
                                       const BpeOptions& options = {});

nlohmann::ordered_json byte_level(bool add_prefix_space, bool trim_offsets, bool use_regex = true);
/// `kind`: "String" or "Regex".
nlohmann::ordered_json replace(const char* kind, const char* pattern, const char* content);
nlohmann::ordered_json metaspace(const char* prepend_scheme, bool split);
/// With do_lower_case, tokenize_chinese_chars and strip_accents of the settings.
nlohmann::ordered_json bert_normalizer(const TokenizerSettings& settings);
/// `longest`: as SentencePiece applies it, which tokenizer.json cannot say.
nlohmann::ordered_json precompiled(std::string_view charsmap, bool longest = false);
/// {"type": "Sequence", name: list}; null of an empty list.
nlohmann::ordered_json sequence(const char* name, nlohmann::ordered_json list);

/// [CLS] A [SEP] B [SEP] as BERT has it, with type 1 for B [SEP].
nlohmann::ordered_json bert_frame(const SpecialToken& cls, const SpecialToken& sep);
/// <s> A </s></s> B </s> as RoBERTa has it, of one type.
nlohmann::ordered_json roberta_frame(const SpecialToken& cls, const SpecialToken& sep,
                                     bool trim_offsets, bool add_prefix_space);

}  // namespace hearth::text
