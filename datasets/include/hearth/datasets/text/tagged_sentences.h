// SPDX-License-Identifier: Apache-2.0
// Sentences of words with a tag each: CoNLL's columns, and CoNLL-U.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/data/datasets.h"
#include "hearth/data/readers/lines.h"

namespace hearth::datasets {

/// The words of a sentence and as many tags, as indices into the classes.
struct TaggedSentence {
  std::vector<std::string> words;
  std::vector<int64_t> tags;
};

/// Such sentences, in memory, which copies share.
class HEARTH_API TaggedSentences : public data::datasets::Dataset<TaggedSentences, TaggedSentence> {
 public:
  /// Throws FormatError, naming `source`, for a tag that is no class, and for other numbers of tags
  /// than of words.
  TaggedSentences(const std::string& source, std::vector<TaggedSentence> samples,
                  std::vector<std::string> classes, int64_t broken = 0);

  /// Throws IndexError.
  TaggedSentence get(size_t index) override;
  std::optional<size_t> size() const override { return samples_->size(); }

  const std::vector<TaggedSentence>& samples() const { return *samples_; }
  /// Names of tags by index: "O", "B-PER", "I-PER" ..., or "ADJ", "NOUN" ...
  const std::vector<std::string>& classes() const { return classes_; }
  /// Sentences that were left out.
  int64_t broken() const { return broken_; }

 private:
  std::shared_ptr<const std::vector<TaggedSentence>> samples_;
  std::vector<std::string> classes_;
  int64_t broken_;
};

/// How columns of words and tags are read.
struct TaggedSentenceOptions {
  /// Columns from 0, from the end with -1 ... In .conllu files they are named by `conllu`.
  HEARTH_ARG(int64_t, word_column) = 0;
  HEARTH_ARG(int64_t, tag_column) = -1;
  /// Of CoNLL-U: "upos", "xpos" or "deprel".
  HEARTH_ARG(std::string, conllu) = "upos";
  /// Tags in this order; unless given, those of the file: "O" first, the others in the order of
  /// their names. Sentences with other tags count as broken.
  HEARTH_ARG(std::vector<std::string>, classes);
  /// Sentences that aren't whole: an error that names file and line, or left out and counted.
  HEARTH_ARG(data::readers::Broken, broken) = data::readers::Broken::Error;
};

/// The sentences of a file, plain or gzipped: a word a line with its columns between tabs, or
/// between spaces if the line has no tab, and an empty line behind each sentence. Lines that begin
/// with -DOCSTART- are passed over. Of a file whose name ends in .conllu (CoNLL-U: ten columns,
/// comments after #) the ranges of contractions ("1-2") and the empty nodes ("1.1") are passed over
/// as well. Throws FileError and FormatError, which name file and line. Invalid UTF-8 counts as
/// broken.
HEARTH_API TaggedSentences tagged_sentences(const std::string& path,
                                            const TaggedSentenceOptions& options = {});

}  // namespace hearth::datasets
