// SPDX-License-Identifier: Apache-2.0
// Writing on: Hugging Face's generate().
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/callable.h"
#include "hearth/base/generator.h"
#include "hearth/text/generation/generation_config.h"
#include "hearth/text/generation/logits_processors.h"
#include "hearth/text/generation/stopping_criteria.h"
#include "hearth/text/models/causal_lm.h"
#include "hearth/text/tokenizers/tokenizer.h"

namespace hearth::text {

/// What generate() takes besides its configuration.
struct GenerateOptions {
  /// [batch, length], 0 for the padding at the left of shorter prompts. All ones unless given.
  HEARTH_ARG(Tensor, attention_mask);
  /// Run after those of the configuration, before temperature and what follows it.
  HEARTH_ARG(std::vector<LogitsProcessorPtr>, logits_processor);
  HEARTH_ARG(std::vector<StoppingCriterionPtr>, stopping_criteria);
  /// Gets each new token as soon as it is chosen, of one prompt without beams (TextStreamer makes
  /// text of them).
  HEARTH_ARG(Callable<void(int64_t)>, streamer);
  /// Where random numbers come from; the default one unless given.
  HEARTH_ARG(std::optional<Generator>, generator);
  /// What stop_strings are looked for with.
  HEARTH_ARG(std::optional<Tokenizer>, tokenizer);
  /// Of the prompt's first tokens, which are not looked at again; gets all but the last.
  HEARTH_ARG(std::shared_ptr<Cache>, cache);
};

struct GenerateOutput {
  /// [batch num_return_sequences, length] (int64): prompts and what follows, filled up with
  /// pad_token_id; by beam search with the first eos_token_id if that is 0.
  Tensor sequences;
  /// The logarithm of the probability of each new token, by the model's logits: [batch
  /// num_return_sequences, new tokens], 0 for padding.
  Tensor logprobs;
  /// Of beam search: sums of the tokens' scores by the length penalty, [batch
  /// num_return_sequences].
  Tensor sequences_scores;
  /// Of each step, [batch num_beams, vocab_size]: after processing, and as the model said, if
  /// output_scores and output_logits want them.
  std::vector<Tensor> scores, logits;
  /// What prompt lookup guessed, and how many of those tokens were right.
  int64_t guessed_tokens = 0, accepted_tokens = 0;
};

/// Writes on: input_ids [batch, length] (int64), shorter prompts padded at the left. Greedy, with
/// do_sample by chance, with num_beams > 1 by beam search; all texts of a batch are as they would
/// be alone. Throws ValueError and ShapeError.
HEARTH_API GenerateOutput generate(CausalLMImpl& model, const Tensor& input_ids,
                                   const GenerationConfig& config,
                                   const GenerateOptions& options = {});

}  // namespace hearth::text
