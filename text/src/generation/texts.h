// SPDX-License-Identifier: Apache-2.0
// What ways of writing on share.
#pragma once

#include <span>
#include <vector>

#include "hearth/text/generation/generate.h"

#include "generation/model_feed.h"

namespace hearth::text {

/// A call of generate(): what was asked for, with lengths and tokens that follow from it.
struct Generation {
  Generation(CausalLMImpl& model, const Tensor& input_ids, const GenerationConfig& config,
             const GenerateOptions& options);

  TokensSoFar text(size_t row) const { return {texts[row], feed.padding()[row]}; }
  /// Runs all processors over scores of a row.
  void process(const TokensSoFar& tokens, std::span<float> scores) const;
  bool ends(const TokensSoFar& tokens) const;
  /// A number from 0 up to, not including, 1.
  double draw();

  const GenerationConfig config;
  const GenerateOptions& options;
  const int64_t prompt_length, max_length, pad_token_id;
  ModelFeed feed;
  std::vector<LogitsProcessorPtr> processors;
  std::vector<StoppingCriterionPtr> criteria;
  std::vector<std::vector<int64_t>> texts;
};

GenerateOutput sample_or_greedy(Generation& generation);
GenerateOutput prompt_lookup(Generation& generation);
GenerateOutput beam_search(Generation& generation);

/// The next token of scores after processing: the most probable, or one by chance.
int64_t choose(Generation& generation, std::span<const float> scores);

/// [texts, longest] (int64), filled up with `pad`.
Tensor as_tensor(const std::vector<std::vector<int64_t>>& texts, int64_t pad);
/// The same of floats, filled up with 0.
Tensor as_tensor(const std::vector<std::vector<float>>& rows);
/// A row of [rows, vocab_size].
std::span<float> row_of(const Tensor& scores, int64_t row);

}  // namespace hearth::text
