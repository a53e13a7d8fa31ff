// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hearth/text/pipelines/pipeline.h"

namespace hearth::text {

/// How tokens become entities. None: they don't. Simple: neighbours with the same tag are one, B-
/// begins another. First, Average and Max do so with words, which get the tag of their first token,
/// of the mean of its tokens' scores, or of the token that is surest.
enum class AggregationStrategy { None, Simple, First, Average, Max };

/// A token, or several that are one.
struct TokenEntity {
  /// The tag, "B-PER"; of what was put together without B- and I-, "PER".
  std::string entity;
  float score = 0;
  /// The token's number in the text, special tokens counted; only with AggregationStrategy::None.
  std::optional<int64_t> index;
  std::string word;
  /// In code points of the text, from up to.
  uint32_t start = 0, end = 0;
};

struct TokenClassificationOptions {
  HEARTH_ARG(AggregationStrategy, aggregation_strategy) = AggregationStrategy::None;
  /// Tags, or groups, that are left out.
  HEARTH_ARG(std::vector<std::string>, ignore_labels) = {"O"};
  /// Takes a long text in pieces that share so many tokens, in place of cutting it. Not with
  /// AggregationStrategy::None.
  HEARTH_ARG(std::optional<int64_t>, stride);
};

/// Finds names and the like in texts: Hugging Face's "token-classification" ("ner").
class HEARTH_API TokenClassificationPipeline : public Pipeline {
 public:
  using Options = TokenClassificationOptions;
  TokenClassificationPipeline(PreTrainedTokenizer tokenizer,
                              std::shared_ptr<PreTrainedModelImpl> model);
  static TokenClassificationPipeline from_pretrained(const std::string& name_or_path,
                                                     const PipelineOptions& options = {});

  std::vector<TokenEntity> operator()(const std::string& text, const Options& options = {}) const;
  std::vector<std::vector<TokenEntity>> operator()(ArrayRef<std::string> texts,
                                                   const Options& options = {}) const;

  /// The tags that there are.
  const std::vector<std::string>& tags() const { return labels_; }

 private:
  TokenClassificationPipeline(const std::string& name_or_path, const PipelineOptions& options);

  std::vector<std::string> labels_;
};

}  // namespace hearth::text
