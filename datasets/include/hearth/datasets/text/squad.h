// SPDX-License-Identifier: Apache-2.0
// Questions about texts, whose answers are pieces of the texts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/data/datasets.h"
#include "hearth/datasets/text/classified_texts.h"

namespace hearth::datasets {

struct Question {
  std::string id, title, context, question;
  /// True answers, and the code point of the context that each begins at; none if there is none.
  std::vector<std::string> answers;
  std::vector<int64_t> answer_starts;
  /// Of SQuAD 2: the text doesn't say.
  bool is_impossible = false;
};

/// Such questions, in memory, which copies share.
class HEARTH_API Questions : public data::datasets::Dataset<Questions, Question> {
 public:
  explicit Questions(std::vector<Question> samples, int64_t broken = 0);
  /// Throws IndexError.
  Question get(size_t index) override;
  std::optional<size_t> size() const override { return samples_->size(); }
  const std::vector<Question>& samples() const { return *samples_; }
  /// Questions that were left out.
  int64_t broken() const { return broken_; }

 private:
  std::shared_ptr<const std::vector<Question>> samples_;
  int64_t broken_;
};

/// The questions of a file in SQuAD's form. An answer that doesn't stand in the context where the
/// file says is an error, or makes the question left out and counted. Throws FileError and
/// FormatError, which name the file and the question.
HEARTH_API Questions read_squad(const std::string& path,
                                data::readers::Broken broken = data::readers::Broken::Error);

/// 100,000 questions about articles of Wikipedia (P. Rajpurkar et al., 2016); train, dev: 87,599
/// and 10,570.
HEARTH_API Questions SQuAD1(const TextDatasetOptions& options = {});
/// With 50,000 that the text doesn't answer (2018); train, dev: 130,319 and 11,873.
HEARTH_API Questions SQuAD2(const TextDatasetOptions& options = {});

}  // namespace hearth::datasets
