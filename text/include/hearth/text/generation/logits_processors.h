// SPDX-License-Identifier: Apache-2.0
// What is done to the scores of the next token before one is chosen. Names and results are Hugging
// Face's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/array_ref.h"
#include "hearth/base/callable.h"
#include "hearth/base/macros.h"
#include "hearth/text/generation/generation_config.h"

namespace hearth::text {

/// A text so far: one row of a batch.
struct TokensSoFar {
  /// With the prompt, and with its padding at the left.
  ArrayRef<int64_t> ids;
  /// How many of them are padding.
  size_t padding = 0;
  /// Without it.
  ArrayRef<int64_t> real() const {
    return ArrayRef<int64_t>(ids.data() + padding, ids.size() - padding);
  }
};

/// Changes scores [vocab_size] of what may come next.
class HEARTH_API LogitsProcessor {
 public:
  virtual ~LogitsProcessor();
  virtual void process(const TokensSoFar& tokens, std::span<float> scores) const = 0;
};
using LogitsProcessorPtr = std::shared_ptr<const LogitsProcessor>;

/// A processor of a function.
HEARTH_API LogitsProcessorPtr
logits_processor(Callable<void(const TokensSoFar&, std::span<float>)> function);

/// Tokens that occur, in the prompt or after it, become less likely (penalty > 1).
HEARTH_API LogitsProcessorPtr repetition_penalty(double penalty);
/// Tokens of the prompt, which has prompt_length tokens with its padding, become more likely
/// (penalty > 1).
HEARTH_API LogitsProcessorPtr encoder_repetition_penalty(double penalty, int64_t prompt_length);
/// No n-gram twice.
HEARTH_API LogitsProcessorPtr no_repeat_ngram(int64_t ngram_size);
/// No n-gram of the prompt.
HEARTH_API LogitsProcessorPtr encoder_no_repeat_ngram(int64_t ngram_size, int64_t prompt_length);
/// Adds biases to sequences' last tokens.
HEARTH_API LogitsProcessorPtr sequence_bias(GenerationConfig::SequenceBias biases);
/// Sequences that may not occur; an end of text (of one token) is not among them.
HEARTH_API LogitsProcessorPtr no_bad_words(const std::vector<std::vector<int64_t>>& bad_words_ids,
                                           const std::vector<int64_t>& eos_token_id);
/// No end before there are so many tokens, padding included.
HEARTH_API LogitsProcessorPtr min_length(int64_t min_length, std::vector<int64_t> eos_token_id);
/// The first token after one of the prompt.
HEARTH_API LogitsProcessorPtr forced_bos_token(int64_t bos_token_id);
/// The last token of a text of max_length tokens.
HEARTH_API LogitsProcessorPtr forced_eos_token(int64_t max_length,
                                               std::vector<int64_t> eos_token_id);
/// NaN becomes 0, infinities the largest and smallest numbers.
HEARTH_API LogitsProcessorPtr inf_nan_remove();
/// From token `start` on, ends become more likely by powers of `factor`.
HEARTH_API LogitsProcessorPtr exponential_decay_length_penalty(int64_t start, double factor,
                                                               std::vector<int64_t> eos_token_id);
HEARTH_API LogitsProcessorPtr suppress_tokens(std::vector<int64_t> ids);
/// As token number begin_index only.
HEARTH_API LogitsProcessorPtr suppress_tokens_at_begin(std::vector<int64_t> ids,
                                                       int64_t begin_index);
HEARTH_API LogitsProcessorPtr temperature(double temperature);
/// Of the 100 most likely tokens, keeps the first, and others as long as their part of the entropy
/// is at most `top_h` of it (Potraghloo et al., 2025).
HEARTH_API LogitsProcessorPtr top_h(double top_h);
/// Keeps the `top_k` most likely tokens, and what is as likely as the last of them.
HEARTH_API LogitsProcessorPtr top_k(int64_t top_k, int64_t min_tokens_to_keep = 1);
/// Keeps the fewest most likely tokens whose probabilities sum to `top_p`.
HEARTH_API LogitsProcessorPtr top_p(double top_p, int64_t min_tokens_to_keep = 1);
/// Keeps what is at least `min_p` times as likely as the most likely.
HEARTH_API LogitsProcessorPtr min_p(double min_p, int64_t min_tokens_to_keep = 1);
/// Keeps tokens about as surprising as is to be expected (Meister et al., 2022).
HEARTH_API LogitsProcessorPtr typical_p(double mass, int64_t min_tokens_to_keep = 1);
/// Keeps what is likelier than `epsilon`, or than what follows of it and the entropy (Hewitt et
/// al., 2022).
HEARTH_API LogitsProcessorPtr epsilon_cutoff(double epsilon, int64_t min_tokens_to_keep = 1);
HEARTH_API LogitsProcessorPtr eta_cutoff(double epsilon, int64_t min_tokens_to_keep = 1);
/// Log probabilities.
HEARTH_API LogitsProcessorPtr logit_normalization();

/// The processors that a configuration asks for, in Hugging Face's order, `custom` among them. The
/// prompt has `prompt_length` tokens and the text at most `max_length`.
HEARTH_API std::vector<LogitsProcessorPtr> logits_processors(
    const GenerationConfig& config, int64_t prompt_length, int64_t max_length,
    const std::vector<LogitsProcessorPtr>& custom = {});

}  // namespace hearth::text
