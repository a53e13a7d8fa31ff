// SPDX-License-Identifier: Apache-2.0
// What models of text learn: classes or numbers of texts, tags of words, or the next token.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hearth/text/models/auto.h"
#include "hearth/text/models/problem_type.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"
#include "hearth/text/training/token_examples.h"

#include "common/options.h"

enum class TextTask {
  Classify,    ///< one class of a text
  MultiLabel,  ///< any number of classes of a text
  Regression,  ///< a number of a text
  Tag,
  Language
};

inline constexpr char kTextDataHelp[] =
    "Labelled texts (.csv, .tsv, .jsonl, fastText's .txt, or a folder of classes), tagged words "
    "(.conll, .conllu and others in columns), or plain text";

/// The task of that name; for "auto" that which a file's name suggests.
TextTask text_task(const std::string& name, const std::string& path);
/// Whether the targets are numbers, TextData::values.
bool has_values(TextTask task);
/// What config.json says of a classifier of texts that does it.
std::optional<hearth::text::ProblemType> problem_type_for(TextTask task);
/// The head that a model needs for it.
hearth::text::Head head_for(TextTask task);
/// What there is one of for each target: "text", "word" or "token".
const char* target_of(TextTask task);

/// Where texts and labels stand in a table.
struct TextColumns {
  std::string text = "text", label = "label", pair, separator = ",";
};

/// Declares --task, "auto" or the name of one, and the options of columns.
void declare_data(OptionList& options, std::string& task, TextColumns& columns,
                  const char* task_help);

struct TextData {
  std::vector<std::string> classes;
  /// Of texts with classes; lines, for a language.
  std::vector<std::string> texts, pairs;
  std::vector<int64_t> labels;
  /// As many numbers of each text as there are classes: 0 or 1, or what is to be predicted.
  std::vector<float> values;
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

/// As long as texts may be: `max_length` tokens, or what the model takes, if that is less.
int64_t length_for(const hearth::text::PreTrainedModelImpl& model, int64_t max_length);

/// Texts as tokens, `max_length` of each at most. Throws FormatError for a language of which there
/// are no `max_length` tokens.
hearth::text::TokenExamples encode(const TextData& data, TextTask task,
                                   const hearth::text::PreTrainedTokenizer& tokenizer,
                                   int64_t max_length);
