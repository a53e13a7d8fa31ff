// SPDX-License-Identifier: Apache-2.0
// Processors that forbid, force and weigh tokens; those that cut off what is unlikely are in
// warpers.cpp.
#include "hearth/text/generation/logits_processors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "hearth/base/error.h"

namespace hearth::text {

LogitsProcessor::~LogitsProcessor() = default;

namespace {

using Ids = std::vector<int64_t>;

constexpr float kNever = -std::numeric_limits<float>::infinity();

class OfFunction final : public LogitsProcessor {
 public:
  explicit OfFunction(Callable<void(const TokensSoFar&, std::span<float>)> function)
      : function_(std::move(function)) {}
  void process(const TokensSoFar& tokens, std::span<float> scores) const override {
    function_(tokens, scores);
  }

 private:
  Callable<void(const TokensSoFar&, std::span<float>)> function_;
};

void check_ids(const char* who, ArrayRef<int64_t> ids) {
  for (const int64_t id : ids)
    HEARTH_CHECK_AS(ValueError, id >= 0, "[", who, "] expected ids of tokens, got ", id);
}

/// The score of a token, or null for one that the model does not know.
float* score_of(std::span<float> scores, int64_t id) {
  return static_cast<size_t>(id) < scores.size() ? &scores[static_cast<size_t>(id)] : nullptr;
}

void forbid(std::span<float> scores, const Ids& ids) {
  for (const int64_t id : ids)
    if (float* score = score_of(scores, id)) *score = kNever;
}

/// Nothing but these.
void force(std::span<float> scores, const Ids& ids) {
  std::fill(scores.begin(), scores.end(), kNever);
  for (const int64_t id : ids)
    if (float* score = score_of(scores, id)) *score = 0;
}

/// Without its padding.
ArrayRef<int64_t> prompt_of(const TokensSoFar& tokens, int64_t prompt_length) {
  const ArrayRef<int64_t> real = tokens.real();
  const size_t padded = std::min(static_cast<size_t>(prompt_length), tokens.ids.size());
  return ArrayRef<int64_t>(real.data(), padded - std::min(padded, tokens.padding));
}

/// Makes each token of `ids` less likely, once.
void penalize(ArrayRef<int64_t> ids, float penalty, std::span<float> scores) {
  std::vector<bool> done(scores.size());
  for (const int64_t id : ids) {
    float* score = score_of(scores, id);
    if (!score || done[static_cast<size_t>(id)]) continue;
    done[static_cast<size_t>(id)] = true;
    *score = *score < 0 ? *score * penalty : *score / penalty;
  }
}

/// What would end an n-gram of `ids` behind the last tokens so far.
void forbid_ngrams_of(ArrayRef<int64_t> ids, size_t n, const TokensSoFar& tokens,
                      std::span<float> scores) {
  const ArrayRef<int64_t> all = tokens.real();
  if (all.size() + 1 < n || ids.size() < n) return;
  const int64_t* tail = all.end() - (n - 1);
  for (size_t i = 0; i + n <= ids.size(); ++i) {
    if (!std::equal(tail, all.end(), ids.begin() + i)) continue;
    if (float* score = score_of(scores, ids[i + n - 1])) *score = kNever;
  }
}

bool ends_with(ArrayRef<int64_t> ids, const int64_t* tail, size_t n) {
  return ids.size() >= n && std::equal(tail, tail + n, ids.end() - n);
}

}  // namespace

LogitsProcessorPtr logits_processor(Callable<void(const TokensSoFar&, std::span<float>)> function) {
  return std::make_shared<OfFunction>(std::move(function));
}

LogitsProcessorPtr repetition_penalty(double penalty) {
  HEARTH_CHECK_AS(ValueError, penalty > 0, "[repetition_penalty] expected a positive number, got ",
                  penalty);
  return logits_processor(
      [p = static_cast<float>(penalty)](const TokensSoFar& tokens, std::span<float> scores) {
        penalize(tokens.real(), p, scores);
      });
}

LogitsProcessorPtr encoder_repetition_penalty(double penalty, int64_t prompt_length) {
  HEARTH_CHECK_AS(ValueError, penalty > 0,
                  "[encoder_repetition_penalty] expected a positive number, got ", penalty);
  return logits_processor([p = static_cast<float>(1 / penalty), prompt_length](
                              const TokensSoFar& tokens, std::span<float> scores) {
    penalize(prompt_of(tokens, prompt_length), p, scores);
  });
}

LogitsProcessorPtr no_repeat_ngram(int64_t ngram_size) {
  HEARTH_CHECK_AS(ValueError, ngram_size > 0, "[no_repeat_ngram] expected a positive size, got ",
                  ngram_size);
  return logits_processor(
      [n = static_cast<size_t>(ngram_size)](const TokensSoFar& tokens, std::span<float> scores) {
        forbid_ngrams_of(tokens.real(), n, tokens, scores);
      });
}

LogitsProcessorPtr encoder_no_repeat_ngram(int64_t ngram_size, int64_t prompt_length) {
  HEARTH_CHECK_AS(ValueError, ngram_size > 0,
                  "[encoder_no_repeat_ngram] expected a positive size, got ", ngram_size);
  return logits_processor([n = static_cast<size_t>(ngram_size), prompt_length](
                              const TokensSoFar& tokens, std::span<float> scores) {
    forbid_ngrams_of(prompt_of(tokens, prompt_length), n, tokens, scores);
  });
}

LogitsProcessorPtr sequence_bias(GenerationConfig::SequenceBias biases) {
  // One bias a sequence: of several, the last counts.
  std::map<Ids, float> bias_of;
  for (const auto& [ids, bias] : biases) {
    HEARTH_CHECK_AS(ValueError, !ids.empty(), "[sequence_bias] expected sequences of tokens");
    check_ids("sequence_bias", ids);
    bias_of[ids] = static_cast<float>(bias);
  }
  return logits_processor(
      [bias_of = std::move(bias_of)](const TokensSoFar& tokens, std::span<float> scores) {
        std::map<int64_t, float> sums;
        for (const auto& [ids, bias] : bias_of) {
          for (const int64_t id : ids)
            HEARTH_CHECK_AS(ValueError, score_of(scores, id), "[sequence_bias] expected ids below ",
                            scores.size(), ", got ", id);
          if (ends_with(tokens.real(), ids.data(), ids.size() - 1)) sums[ids.back()] += bias;
        }
        for (const auto& [id, sum] : sums) scores[static_cast<size_t>(id)] += sum;
      });
}

LogitsProcessorPtr no_bad_words(const std::vector<Ids>& bad_words_ids, const Ids& eos_token_id) {
  GenerationConfig::SequenceBias biases;
  for (const Ids& ids : bad_words_ids) {
    const bool is_end = ids.size() == 1 && std::find(eos_token_id.begin(), eos_token_id.end(),
                                                     ids[0]) != eos_token_id.end();
    if (!is_end) biases.emplace_back(ids, kNever);
  }
  return sequence_bias(std::move(biases));
}

LogitsProcessorPtr min_length(int64_t length, Ids eos_token_id) {
  HEARTH_CHECK_AS(ValueError, length >= 0, "[min_length] expected no negative number, got ",
                  length);
  check_ids("min_length", eos_token_id);
  return logits_processor(
      [length, ids = std::move(eos_token_id)](const TokensSoFar& tokens, std::span<float> scores) {
        if (static_cast<int64_t>(tokens.ids.size()) < length) forbid(scores, ids);
      });
}

LogitsProcessorPtr forced_bos_token(int64_t bos_token_id) {
  check_ids("forced_bos_token", bos_token_id);
  return logits_processor(
      [ids = Ids{bos_token_id}](const TokensSoFar& tokens, std::span<float> scores) {
        if (tokens.ids.size() == 1) force(scores, ids);
      });
}

LogitsProcessorPtr forced_eos_token(int64_t max_length, Ids eos_token_id) {
  check_ids("forced_eos_token", eos_token_id);
  return logits_processor([max_length, ids = std::move(eos_token_id)](const TokensSoFar& tokens,
                                                                      std::span<float> scores) {
    if (static_cast<int64_t>(tokens.ids.size()) == max_length - 1) force(scores, ids);
  });
}

LogitsProcessorPtr inf_nan_remove() {
  return logits_processor([](const TokensSoFar&, std::span<float> scores) {
    constexpr float kMost = std::numeric_limits<float>::max();
    for (float& score : scores) score = std::isnan(score) ? 0 : std::clamp(score, -kMost, kMost);
  });
}

LogitsProcessorPtr exponential_decay_length_penalty(int64_t start, double factor,
                                                    Ids eos_token_id) {
  check_ids("exponential_decay_length_penalty", eos_token_id);
  return logits_processor([start, factor, ids = std::move(eos_token_id)](const TokensSoFar& tokens,
                                                                         std::span<float> scores) {
    const int64_t beyond = static_cast<int64_t>(tokens.ids.size()) - start;
    if (beyond <= 0) return;
    const double gain = std::pow(factor, static_cast<double>(beyond)) - 1;
    for (const int64_t id : ids) {
      float* score = score_of(scores, id);
      if (score && std::isfinite(*score)) *score += std::abs(*score) * static_cast<float>(gain);
    }
  });
}

LogitsProcessorPtr suppress_tokens(Ids ids) {
  check_ids("suppress_tokens", ids);
  return logits_processor(
      [ids = std::move(ids)](const TokensSoFar&, std::span<float> scores) { forbid(scores, ids); });
}

LogitsProcessorPtr suppress_tokens_at_begin(Ids ids, int64_t begin_index) {
  check_ids("suppress_tokens_at_begin", ids);
  return logits_processor(
      [ids = std::move(ids), begin_index](const TokensSoFar& tokens, std::span<float> scores) {
        if (static_cast<int64_t>(tokens.ids.size()) == begin_index) forbid(scores, ids);
      });
}

std::vector<LogitsProcessorPtr> logits_processors(const GenerationConfig& c, int64_t prompt_length,
                                                  int64_t max_length,
                                                  const std::vector<LogitsProcessorPtr>& custom) {
  std::vector<LogitsProcessorPtr> list;
  const bool has_end = !c.eos_token_id().empty();
  if (!c.sequence_bias().empty()) list.push_back(sequence_bias(c.sequence_bias()));
  if (c.encoder_repetition_penalty() != 1)
    list.push_back(encoder_repetition_penalty(c.encoder_repetition_penalty(), prompt_length));
  if (c.repetition_penalty() != 1) list.push_back(repetition_penalty(c.repetition_penalty()));
  if (c.no_repeat_ngram_size() > 0) list.push_back(no_repeat_ngram(c.no_repeat_ngram_size()));
  if (c.encoder_no_repeat_ngram_size() > 0)
    list.push_back(encoder_no_repeat_ngram(c.encoder_no_repeat_ngram_size(), prompt_length));
  if (!c.bad_words_ids().empty()) list.push_back(no_bad_words(c.bad_words_ids(), c.eos_token_id()));
  if (has_end && c.min_new_tokens().value_or(0) > 0) {
    list.push_back(min_length(prompt_length + *c.min_new_tokens(), c.eos_token_id()));
  } else if (has_end && c.min_length() > 0) {
    list.push_back(min_length(c.min_length(), c.eos_token_id()));
  }
  if (c.forced_bos_token_id()) list.push_back(forced_bos_token(*c.forced_bos_token_id()));
  if (!c.forced_eos_token_id().empty())
    list.push_back(forced_eos_token(max_length, c.forced_eos_token_id()));
  if (c.remove_invalid_values()) list.push_back(inf_nan_remove());
  if (const auto& decay = c.exponential_decay_length_penalty())
    list.push_back(exponential_decay_length_penalty(prompt_length + decay->first, decay->second,
                                                    c.eos_token_id()));
  if (!c.suppress_tokens().empty()) list.push_back(suppress_tokens(c.suppress_tokens()));
  if (!c.begin_suppress_tokens().empty()) {
    const bool later = prompt_length <= 1 && c.forced_bos_token_id();
    list.push_back(suppress_tokens_at_begin(c.begin_suppress_tokens(), prompt_length + later));
  }
  list.insert(list.end(), custom.begin(), custom.end());
  if (c.do_sample()) {
    // Beams need something to go on with beside all ends.
    const int64_t keep =
        c.num_beams() == 1
            ? 1
            : std::max<int64_t>(2, static_cast<int64_t>(c.eos_token_id().size()) + 1);
    if (c.temperature() != 1) list.push_back(temperature(c.temperature()));
    if (c.top_h()) list.push_back(top_h(*c.top_h()));
    if (c.top_k() > 0) list.push_back(top_k(c.top_k(), keep));
    if (c.top_p() < 1) list.push_back(top_p(c.top_p(), keep));
    if (c.min_p()) list.push_back(min_p(*c.min_p(), keep));
    if (c.typical_p() < 1) list.push_back(typical_p(c.typical_p(), keep));
    if (c.epsilon_cutoff() > 0 && c.epsilon_cutoff() < 1)
      list.push_back(epsilon_cutoff(c.epsilon_cutoff(), keep));
    if (c.eta_cutoff() > 0 && c.eta_cutoff() < 1) list.push_back(eta_cutoff(c.eta_cutoff(), keep));
  }
  if (c.renormalize_logits()) list.push_back(logit_normalization());
  return list;
}

}  // namespace hearth::text
