// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hearth/text/pipelines/pipeline.h"

namespace hearth::text {

struct ZeroShotOptions {
  /// The sentence that a text would have to entail; {} stands for the label.
  HEARTH_ARG(std::string, hypothesis_template) = "This example is {}.";
  /// Whether several labels may be true: each then has a probability of its own.
  HEARTH_ARG(bool, multi_label) = false;
};

struct ZeroShotResult {
  std::string sequence;
  /// The most probable first.
  std::vector<std::string> labels;
  std::vector<float> scores;
};

/// Says which of any labels fits a text, with a model that tells what sentences entail: Hugging
/// Face's "zero-shot-classification".
class HEARTH_API ZeroShotClassificationPipeline : public Pipeline {
 public:
  using Options = ZeroShotOptions;
  /// Throws ValueError for a model none of whose classes is an entailment.
  ZeroShotClassificationPipeline(PreTrainedTokenizer tokenizer,
                                 std::shared_ptr<PreTrainedModelImpl> model);
  static ZeroShotClassificationPipeline from_pretrained(const std::string& name_or_path,
                                                        const PipelineOptions& options = {});

  ZeroShotResult operator()(const std::string& text, ArrayRef<std::string> candidate_labels,
                            const Options& options = {}) const;
  std::vector<ZeroShotResult> operator()(ArrayRef<std::string> texts,
                                         ArrayRef<std::string> candidate_labels,
                                         const Options& options = {}) const;

 private:
  ZeroShotClassificationPipeline(const std::string& name_or_path, const PipelineOptions& options);
  void find_entailment();
  Encoding encode(const std::string& text, const std::string& hypothesis) const;

  int64_t entailment_ = 0, classes_ = 0;
};

}  // namespace hearth::text
