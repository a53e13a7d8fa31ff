// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/generation/generate.h"

#include <algorithm>
#include <cmath>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/ops/creation.h"

#include "generation/probabilities.h"
#include "generation/texts.h"

namespace hearth::text {
namespace {

/// With what follows of other settings.
GenerationConfig completed(GenerationConfig config, const GenerateOptions& options) {
  config.check();
  // Old files of Llama have -1 for none.
  if (config.pad_token_id().value_or(0) < 0) config.pad_token_id(std::nullopt);
  const std::vector<int64_t>& ends = config.eos_token_id();
  if (!config.pad_token_id() && !ends.empty() && ends[0] >= 0) config.pad_token_id(ends[0]);
  HEARTH_CHECK_AS(ValueError, config.stop_strings().empty() || options.tokenizer(),
                  "[generate] expected a tokenizer (GenerateOptions) for stop_strings");
  return config;
}

int64_t max_length_of(const CausalLMImpl& model, const GenerationConfig& config, int64_t prompt) {
  constexpr int64_t kNewTokens = 20;
  int64_t most =
      std::max(prompt + 1, std::min(prompt + kNewTokens, model.max_position_embeddings()));
  if (config.max_length()) most = *config.max_length();
  if (config.max_new_tokens()) most = prompt + *config.max_new_tokens();
  // What comes last is looked at no more.
  if (model.ends_with_positions())
    most = std::min(most, std::max(prompt, model.max_position_embeddings()) + 1);
  HEARTH_CHECK_AS(ValueError, most > prompt, "[generate] expected a max_length above the ", prompt,
                  " tokens of the prompt, got ", most);
  return most;
}

Tensor checked(const CausalLMImpl& model, const Tensor& input_ids) {
  HEARTH_CHECK_AS(ShapeError,
                  input_ids.defined() && input_ids.dim() == 2 && input_ids.size(0) > 0 &&
                      input_ids.size(1) > 0 && input_ids.scalar_type() == kLong,
                  "[generate] expected input_ids [batch, length] (int64) of one token or more");
  const Tensor ids = input_ids.to(Device(kCPU)).contiguous();
  const int64_t* at = ids.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < ids.numel(); ++i)
    HEARTH_CHECK_AS(ValueError, at[i] >= 0 && at[i] < model.vocab_size(),
                    "[generate] expected ids below ", model.vocab_size(), ", got ", at[i]);
  return ids;
}

std::vector<StoppingCriterionPtr> criteria_of(const GenerationConfig& config, int64_t max_length,
                                              const GenerateOptions& options) {
  std::vector<StoppingCriterionPtr> list{stop_at_length(max_length)};
  if (!config.eos_token_id().empty()) list.push_back(stop_at_tokens(config.eos_token_id()));
  if (config.max_time()) list.push_back(stop_after(*config.max_time()));
  if (!config.stop_strings().empty())
    list.push_back(stop_at_strings(config.stop_strings(), *options.tokenizer()));
  const auto& custom = options.stopping_criteria();
  list.insert(list.end(), custom.begin(), custom.end());
  return list;
}

}  // namespace

Generation::Generation(CausalLMImpl& model, const Tensor& input_ids, const GenerationConfig& c,
                       const GenerateOptions& o)
    : config(completed(c, o)),
      options(o),
      prompt_length(input_ids.size(1)),
      max_length(max_length_of(model, config, prompt_length)),
      pad_token_id(config.pad_token_id().value_or(0)),
      feed(model, input_ids, config, o, max_length),
      processors(logits_processors(config, prompt_length, max_length, o.logits_processor())),
      criteria(criteria_of(config, max_length, o)) {
  const int64_t* at = input_ids.const_data_ptr<int64_t>();
  for (int64_t row = 0; row < input_ids.size(0); ++row, at += prompt_length)
    texts.emplace_back(at, at + prompt_length);
}

void Generation::process(const TokensSoFar& tokens, std::span<float> scores) const {
  for (const LogitsProcessorPtr& processor : processors) processor->process(tokens, scores);
}

bool Generation::ends(const TokensSoFar& tokens) const {
  return std::any_of(criteria.begin(), criteria.end(),
                     [&](const auto& criterion) { return criterion->ends(tokens); });
}

double Generation::draw() { return rand({1}, options.generator(), kDouble).item<double>(); }

std::span<float> row_of(const Tensor& scores, int64_t row) {
  const int64_t n = scores.size(-1);
  return {scores.mutable_data_ptr<float>() + row * n, static_cast<size_t>(n)};
}

Tensor as_tensor(const std::vector<std::vector<int64_t>>& texts, int64_t pad) {
  size_t longest = 0;
  for (const auto& text : texts) longest = std::max(longest, text.size());
  const Tensor all = full({static_cast<int64_t>(texts.size()), static_cast<int64_t>(longest)}, pad,
                          TensorOptions(kLong));
  int64_t* at = all.mutable_data_ptr<int64_t>();
  for (const auto& text : texts) {
    std::copy(text.begin(), text.end(), at);
    at += longest;
  }
  return all;
}

Tensor as_tensor(const std::vector<std::vector<float>>& rows) {
  size_t longest = 0;
  for (const auto& row : rows) longest = std::max(longest, row.size());
  const Tensor all = zeros({static_cast<int64_t>(rows.size()), static_cast<int64_t>(longest)});
  float* at = all.mutable_data_ptr<float>();
  for (const auto& row : rows) {
    std::copy(row.begin(), row.end(), at);
    at += longest;
  }
  return all;
}

int64_t choose(Generation& generation, std::span<const float> scores) {
  const auto best = std::max_element(scores.begin(), scores.end());
  if (!generation.config.do_sample()) return best - scores.begin();
  const float sum = log_sum_exp(scores);
  HEARTH_CHECK_AS(ValueError, std::isfinite(sum),
                  "[generate] expected scores of which some are possible; their sum is ", sum);
  double left = generation.draw();
  for (size_t i = 0; i < scores.size(); ++i) {
    left -= std::exp(scores[i] - sum);
    if (left < 0) return static_cast<int64_t>(i);
  }
  // Rounding left something over.
  return best - scores.begin();
}

GenerateOutput generate(CausalLMImpl& model, const Tensor& input_ids,
                        const GenerationConfig& config, const GenerateOptions& options) {
  const NoGradGuard no_grad;
  Generation generation(model, checked(model, input_ids), config, options);
  const bool alone = input_ids.size(0) * config.num_return_sequences() == 1;
  HEARTH_CHECK_AS(ValueError, !options.streamer() || (alone && config.num_beams() == 1),
                  "[generate] expected one text without beams for a streamer");
  if (config.num_beams() > 1) return beam_search(generation);
  if (config.prompt_lookup_num_tokens() > 0) {
    HEARTH_CHECK_AS(ValueError, alone && config.use_cache(),
                    "[generate] expected one text and a cache for prompt_lookup_num_tokens");
    return prompt_lookup(generation);
  }
  return sample_or_greedy(generation);
}

}  // namespace hearth::text
