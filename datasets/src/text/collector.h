// SPDX-License-Identifier: Apache-2.0
// How labelled texts are gathered from files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/data/readers/lines.h"
#include "hearth/datasets/text/labeled_texts.h"

namespace hearth::datasets {

/// Takes what was read, and finds the classes at the end.
class Collector {
 public:
  /// `source` is named in errors. Without classes they are those that come.
  Collector(std::string source, data::readers::Broken broken, std::vector<std::string> classes = {})
      : source_(std::move(source)), broken_how_(broken), classes_(std::move(classes)) {}

  /// `place` is where it stands: "line 3".
  void add(std::string_view text, std::optional<std::string_view> pair, std::string_view label,
           const std::string& place);
  /// With any number of classes.
  void add_labels(std::string_view text, std::optional<std::string_view> pair,
                  std::vector<std::string> labels, const std::string& place);
  void add_score(std::string_view text, std::optional<std::string_view> pair, double score,
                 const std::string& place);
  /// Of a sample that nobody labelled.
  void add_unlabeled(std::string_view text, std::optional<std::string_view> pair,
                     const std::string& place);
  /// What cannot be used: an error, or counted.
  void refuse(const std::string& place, const std::string& why);
  /// What a reader left out itself.
  void count_broken(int64_t n) { broken_ += n; }

  LabeledTexts done();

 private:
  bool whole(std::string_view text, std::optional<std::string_view> pair, const std::string& place);
  void keep(std::string_view text, std::optional<std::string_view> pair,
            std::vector<std::string> labels, const std::string& place);

  std::string source_;
  data::readers::Broken broken_how_;
  std::vector<std::string> classes_;
  std::vector<LabeledText> samples_;
  /// Of each sample.
  std::vector<std::vector<std::string>> labels_;
  std::vector<std::string> places_;
  bool labeled_ = false, several_ = false;
  int64_t broken_ = 0;
};

/// The texts in the .txt files of these folders of `path`, which are the classes.
LabeledTexts folder_texts(const std::string& path, const std::vector<std::string>& classes,
                          data::readers::Broken broken);

/// A whole number, or any; none for other texts.
std::optional<double> number_of(std::string_view text);

}  // namespace hearth::datasets
