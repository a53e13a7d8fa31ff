// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hearth/text/pipelines/pipeline.h"

namespace hearth::text {

/// A piece of a text that answers a question.
struct Answer {
  float score = 0;
  /// In code points of the context, from up to.
  uint32_t start = 0, end = 0;
  /// Empty for a question that the text does not answer.
  std::string answer;
};

struct QuestionAnsweringOptions {
  /// So many answers at most, the best first.
  HEARTH_ARG(int64_t, top_k) = 1;
  /// A long context is taken in pieces that share so many tokens; 128 unless given, or half of
  /// max_seq_len.
  HEARTH_ARG(std::optional<int64_t>, doc_stride);
  /// Tokens of a question and a piece; 384 unless given, or what the model takes.
  HEARTH_ARG(std::optional<int64_t>, max_seq_len);
  /// Tokens of an answer.
  HEARTH_ARG(int64_t, max_answer_len) = 15;
  /// Whether "no answer" is one, by the score of the first token.
  HEARTH_ARG(bool, handle_impossible_answer) = false;
  /// Whether answers are whole words.
  HEARTH_ARG(bool, align_to_words) = true;
};

/// Finds answers in texts: Hugging Face's "question-answering".
class HEARTH_API QuestionAnsweringPipeline : public Pipeline {
 public:
  using Options = QuestionAnsweringOptions;
  QuestionAnsweringPipeline(PreTrainedTokenizer tokenizer,
                            std::shared_ptr<PreTrainedModelImpl> model);
  static QuestionAnsweringPipeline from_pretrained(const std::string& name_or_path,
                                                   const PipelineOptions& options = {});

  /// Throws ValueError for an empty question or context.
  std::vector<Answer> operator()(const std::string& question, const std::string& context,
                                 const Options& options = {}) const;

 private:
  QuestionAnsweringPipeline(const std::string& name_or_path, const PipelineOptions& options);
};

}  // namespace hearth::text
