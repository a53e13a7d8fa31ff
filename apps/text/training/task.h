// SPDX-License-Identifier: Apache-2.0
// What models of text learn: classes of texts, tags of words, or the next token.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/text/models/auto.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"
#include "hearth/text/training/token_examples.h"

enum class TextTask { Classify, Tag, Language };

inline constexpr char kTextDataHelp[] =
    "Labelled texts (.csv, .tsv, .jsonl, fastText's .txt, or a folder of classes), tagged words "
    "(.conll, .conllu and others in columns), or plain text";

/// The task of that name, "classify", "tag" or "language"; without one, that which a file's name
/// suggests.
TextTask text_task(const std::string& name, const std::string& path);
/// The head that a model needs for it.
hearth::text::Head head_for(TextTask task);
/// What there is one of for each target: "text", "word" or "token".
const char* target_of(TextTask task);

/// Where texts and labels stand in a table.
struct TextColumns {
  std::string text = "text", label = "label", pair;
};

struct TextData {
  std::vector<std::string> classes;
  /// Of texts with classes; lines, for a language.
  std::vector<std::string> texts, pairs;
  std::vector<int64_t> labels;
  std::vector<std::vector<std::string>> words;
  std::vector<std::vector<int64_t>> tags;

  size_t size() const { return words.empty() ? texts.size() : words.size(); }
  /// Takes this share away, drawn by the seed; of a language its end.
  TextData split_off(double share, uint64_t seed, TextTask task);
  /// Every text, for what learns words from them.
  std::vector<std::string> all_texts() const;
};

/// Reads a file of data. Labels must be of `classes`, if there are any. Throws FileError and
/// FormatError.
TextData read_text_data(TextTask task, const std::string& path, const TextColumns& columns,
                        const std::vector<std::string>& classes);

hearth::text::TokenExamples encode(const TextData& data, TextTask task,
                                   const hearth::text::PreTrainedTokenizer& tokenizer,
                                   int64_t max_length);
