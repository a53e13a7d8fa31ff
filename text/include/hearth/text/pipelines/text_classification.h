// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hearth/text/pipelines/pipeline.h"

namespace hearth::text {

/// A class, and how probable it is.
struct LabelScore {
  std::string label;
  float score = 0;
};

/// What logits become. Default: nothing for regression; sigmoid for one class or several that are
/// true at once, by config.json's "problem_type"; else softmax.
enum class ClassificationFunction { Default, Softmax, Sigmoid, None };

struct TextClassificationOptions {
  /// So many classes, the most probable first; none: all of them.
  HEARTH_ARG(std::optional<int64_t>, top_k) = 1;
  HEARTH_ARG(ClassificationFunction, function_to_apply) = ClassificationFunction::Default;
  /// Texts that the model sees at once.
  HEARTH_ARG(int64_t, batch_size) = 8;
};

/// Says which class texts are of: Hugging Face's "text-classification" ("sentiment-analysis").
class HEARTH_API TextClassificationPipeline : public Pipeline {
 public:
  using Options = TextClassificationOptions;
  TextClassificationPipeline(PreTrainedTokenizer tokenizer,
                             std::shared_ptr<PreTrainedModelImpl> model);
  static TextClassificationPipeline from_pretrained(const std::string& name_or_path,
                                                    const PipelineOptions& options = {});

  std::vector<LabelScore> operator()(const std::string& text, const Options& options = {}) const;
  /// Of a pair of texts.
  std::vector<LabelScore> operator()(const std::pair<std::string, std::string>& pair,
                                     const Options& options = {}) const;
  std::vector<std::vector<LabelScore>> operator()(ArrayRef<std::string> texts,
                                                  const Options& options = {}) const;
  std::vector<std::vector<LabelScore>> operator()(
      ArrayRef<std::pair<std::string, std::string>> pairs, const Options& options = {}) const;

  /// The classes that there are.
  const std::vector<std::string>& classes() const { return labels_; }

 private:
  TextClassificationPipeline(const std::string& name_or_path, const PipelineOptions& options);
  template <typename Input>
  std::vector<std::vector<LabelScore>> classify(ArrayRef<Input> inputs,
                                                const Options& options) const;

  std::vector<std::string> labels_;
};

}  // namespace hearth::text
