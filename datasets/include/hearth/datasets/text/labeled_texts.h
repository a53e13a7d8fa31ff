// SPDX-License-Identifier: Apache-2.0
// Texts, or pairs of texts, with a class, several of them or a number each.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/data/datasets.h"
#include "hearth/data/readers/lines.h"
#include "hearth/datasets/mode.h"

namespace hearth::datasets {

/// A text, or a pair of texts, and what is known of it.
struct LabeledText {
  std::string text;
  /// The second text, of data sets of pairs.
  std::optional<std::string> pair;
  /// An index into the classes; -1 where nobody says (GLUE's tests) and for numbers.
  int64_t label = -1;
  /// Of data sets without classes (STS-B), what is to be predicted.
  double score = 0;
  /// Where texts may have any number of classes, those that this has, in order.
  std::vector<int64_t> labels = {};
};

/// Such texts, in memory, which copies share: the base of the data sets of classified texts.
class HEARTH_API LabeledTexts : public data::datasets::Dataset<LabeledTexts, LabeledText> {
 public:
  /// Throws FormatError, naming `source`, for a label that is no class. Without classes the samples
  /// have scores.
  LabeledTexts(const std::string& source, std::vector<LabeledText> samples,
               std::vector<std::string> classes, int64_t broken = 0);

  /// Throws IndexError.
  LabeledText get(size_t index) override;
  std::optional<size_t> size() const override { return samples_->size(); }

  const std::vector<LabeledText>& samples() const { return *samples_; }
  /// Names by index.
  const std::vector<std::string>& classes() const { return classes_; }
  /// Whether samples have a second text.
  bool pairs() const;
  /// Lines that were left out.
  int64_t broken() const { return broken_; }

 private:
  std::shared_ptr<const std::vector<LabeledText>> samples_;
  std::vector<std::string> classes_;
  int64_t broken_;
};

struct LabeledTextOptions {
  /// Columns of a table, or keys of JSON lines. Where "text" isn't there, "sentence", "review",
  /// "content", "sentence1" or "premise" serve, and "class", "category", "target" or "score" for
  /// "label".
  HEARTH_ARG(std::string, text) = "text";
  /// The second text; empty: there is none.
  HEARTH_ARG(std::string, pair);
  HEARTH_ARG(std::string, label) = "label";
  /// Classes in this order; unless given, those of the file, in the order of their names (of their
  /// numbers, if all are). Texts of other classes count as broken.
  HEARTH_ARG(std::vector<std::string>, classes);
  /// Labels are numbers to be predicted, not classes.
  HEARTH_ARG(bool, scores) = false;
  /// Texts may have any number of classes (LabeledText::labels): "label" holds a list of JSON, or
  /// names with `separator` between them and spaces around.
  HEARTH_ARG(bool, multi_label) = false;
  HEARTH_ARG(std::string, separator) = ",";
  /// Instead of "label": a column, or key, for each class, which says whether it is one of the
  /// text's: 0 or 1, true or false. The names of classes are the columns'.
  HEARTH_ARG(std::vector<std::string>, label_columns);
  /// Lines that aren't whole: an error that names file and line, or left out and counted.
  HEARTH_ARG(data::readers::Broken, broken) = data::readers::Broken::Error;
  /// Of a folder: which part.
  HEARTH_ARG(Mode, mode) = Mode::kTrain;
  /// How much of each class of a folder is kept for testing, where it has no part for that.
  HEARTH_ARG(double, test_share) = 0.2;
  /// Names that choice.
  HEARTH_ARG(uint64_t, seed) = 0;
  /// All of a folder, whatever the mode, where it has no part for testing.
  HEARTH_ARG(bool, whole) = false;
};

/// The texts of
///
///  - a .csv or .tsv file, plain or gzipped, with a header;
///  - a .jsonl, .ndjson or .json file of JSON lines; labels may be strings, numbers or booleans;
///  - a .txt file in fastText's form, `__label__NAME text`, with any number of such names first;
///  - a folder whose subfolders are the classes, with a text in each .txt file: train/pos/1.txt,
///    test/neg/a.txt; or pos/ ..., neg/ ..., of which a share is for testing.
///
/// Throws FileError and FormatError, which name file and line, and ValueError for a column that
/// isn't there. Invalid UTF-8 counts as broken.
HEARTH_API LabeledTexts labeled_texts(const std::string& path,
                                      const LabeledTextOptions& options = {});

}  // namespace hearth::datasets
