// SPDX-License-Identifier: Apache-2.0
#include "text/language_model.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/text/generation/text_streamer.h"
#include "hearth/text/models/auto.h"
#include "hearth/text/utf8.h"

#include "common/command.h"
#include "common/interrupt.h"
#include "common/text.h"

namespace text = hearth::text;

LanguageModel open_language_model(const std::string& name_or_path, hearth::Device device,
                                  hearth::ScalarType dtype) {
  auto model = std::dynamic_pointer_cast<text::CausalLMImpl>(
      text::AutoModelForCausalLM::from_pretrained(name_or_path, text::ModelOptions().dtype(dtype)));
  HEARTH_CHECK_AS(hearth::FormatError, model, "[", name_or_path,
                  "] holds no model that writes from left to right");
  model->to(device);
  text::GenerationConfig config = text::GenerationConfig::from_pretrained(name_or_path);
  text::PreTrainedTokenizer tokenizer = text::AutoTokenizer::from_pretrained(name_or_path);
  // GGUF files have no such file beside them.
  if (const auto end = tokenizer.eos_token_id(); config.eos_token_id().empty() && end)
    config.eos_token_id({*end});
  return {std::move(model), std::move(tokenizer), std::move(config)};
}

void WritingOptions::declare(OptionList& options) {
  options.add("--max-new-tokens", max_new_tokens_, "How many tokens to write at most")
      .between(1, 1 << 24)
      .by_default("the model's, or 256");
  options.add("--min-new-tokens", min_new_tokens_, "How many tokens there are at least")
      .between(0, 1 << 24);
  options
      .add("--temperature", temperature_,
           "How much is left to chance; 0 takes the most probable token, above 0 draws one")
      .between(0, 100)
      .by_default("by model");
  options.add("--top-k", top_k_, "Draw from so many tokens, the most probable; 0: from all")
      .between(0, 1 << 24)
      .by_default("by model, or 50");
  options.add("--top-p", top_p_, "Draw from the fewest tokens that have this probability together")
      .between(0, 1);
  options.add("--min-p", min_p_, "Draw from tokens this many times as probable as the best")
      .between(0, 1);
  options.add("--typical-p", typical_p_, "Draw from tokens of usual surprise, up to this mass")
      .between(0, 1);
  options.add("--repetition-penalty", repetition_penalty_, "Above 1: say new words rather")
      .positive();
  options.add("--no-repeat-ngram", ngram_, "No so many tokens in a row twice").between(0, 1000);
  options.flag("--sample", sample_, "Leave it to chance, whatever the model's own settings are");
  options.flag("--greedy", greedy_, "Take the most probable token, as --temperature 0");
  options.add("--beams", beams_, "Search with so many beams").between(1, 256);
  options.add("--length-penalty", length_penalty_, "Above 0: longer texts of beams rather");
  options.add("--sequences", sequences_, "How many texts to write").between(1, 256);
  options.add("--stop", stop_, "End where this text comes, which is not printed").value("TEXT");
  options.add("--max-time", max_time_, "Seconds to write for at most").positive();
  options.add("--lookup", lookup_, "Guess so many tokens from earlier words; faster, nothing else")
      .between(0, 64);
}

text::GenerationConfig WritingOptions::over(text::GenerationConfig c) const {
  constexpr int64_t kNewTokens = 256;
  if (max_new_tokens_) c.max_new_tokens(*max_new_tokens_);
  if (!c.max_new_tokens() && !c.max_length()) c.max_new_tokens(kNewTokens);
  if (min_new_tokens_) c.min_new_tokens(*min_new_tokens_);
  const bool draws = temperature_.value_or(0) > 0 || top_k_ || top_p_ || min_p_ || typical_p_;
  if (draws || sample_) c.do_sample(true);
  if (greedy_ || temperature_ == 0.0) c.do_sample(false);
  if (c.do_sample() && temperature_) c.temperature(*temperature_);
  if (top_k_) c.top_k(*top_k_);
  if (top_p_) c.top_p(*top_p_);
  if (min_p_) c.min_p(*min_p_);
  if (typical_p_) c.typical_p(*typical_p_);
  if (repetition_penalty_) c.repetition_penalty(*repetition_penalty_);
  if (ngram_) c.no_repeat_ngram_size(*ngram_);
  if (beams_) c.num_beams(*beams_);
  if (length_penalty_) c.length_penalty(*length_penalty_);
  if (sequences_) c.num_return_sequences(*sequences_);
  if (!stop_.empty()) c.stop_strings(stop_);
  if (max_time_) c.max_time(*max_time_);
  if (lookup_) c.prompt_lookup_num_tokens(*lookup_);
  if (c.num_return_sequences() > 1 && !c.do_sample() && c.num_beams() < c.num_return_sequences())
    throw UsageError("several --sequences need --sample or as many --beams");
  return c;
}

double WritingResult::tokens_per_second() const {
  size_t tokens = 0;
  for (const Written& written : texts) tokens += written.ids.size();
  return seconds > 0 ? static_cast<double>(tokens) / seconds : 0;
}

WritingResult write_on(const LanguageModel& writer, const std::vector<int64_t>& prompt,
                       const text::GenerationConfig& config,
                       const hearth::Callable<void(std::string_view)>& print,
                       std::shared_ptr<text::Cache> cache) {
  const text::Tokenizer& tokenizer = writer.tokenizer.tokenizer;
  WritingResult result;
  result.prompt_tokens = static_cast<int64_t>(prompt.size());
  const bool one = config.num_beams() == 1 && config.num_return_sequences() == 1;
  const InterruptGuard guard;
  text::GenerateOptions options;
  options.tokenizer(tokenizer).cache(std::move(cache));
  options.stopping_criteria(
      {text::stopping_criterion([&](const text::TokensSoFar&) { return guard.interrupted(); })});
  std::optional<text::TextStreamer> streamer;
  if (one && print) {
    streamer.emplace(tokenizer, prompt, print, config.stop_strings());
    options.streamer([&](int64_t id) { streamer->put(id); });
  }
  const auto begin = std::chrono::steady_clock::now();
  const hearth::Tensor ids = hearth::tensor(prompt).unsqueeze(0);
  const text::GenerateOutput out = text::generate(*writer.model, ids, config, options);
  if (streamer) streamer->end();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  result.interrupted = guard.interrupted();
  const auto& ends = config.eos_token_id();
  for (int64_t row = 0; row < out.sequences.size(0); ++row) {
    Written written;
    const int64_t* first =
        out.sequences.const_data_ptr<int64_t>() + row * out.sequences.size(1) + prompt.size();
    const float* logprob = out.logprobs.const_data_ptr<float>() + row * out.logprobs.size(1);
    text::TextStreamer whole(
        tokenizer, prompt, [&](std::string_view more) { written.text += more; },
        config.stop_strings());
    for (int64_t i = 0; i < out.logprobs.size(1); ++i) {
      written.ids.push_back(first[i]);
      written.logprobs.push_back(logprob[i]);
      whole.put(first[i]);
      // What follows is padding.
      if (std::find(ends.begin(), ends.end(), first[i]) != ends.end()) break;
    }
    whole.end();
    result.texts.push_back(std::move(written));
  }
  return result;
}

std::string speed_of(const WritingResult& result) {
  size_t tokens = 0;
  for (const Written& written : result.texts) tokens += written.ids.size();
  return fmt::format("{} in {:.2f} s, {:.1f} a second{}",
                     counted(static_cast<int64_t>(tokens), "token"), result.seconds,
                     result.tokens_per_second(), result.interrupted ? ", interrupted" : "");
}

std::string repaired(std::string_view given) {
  int64_t count = 0;
  std::string good = text::unicode::replace_invalid(given, &count);
  if (count > 0)
    note(fmt::format("{} {} no UTF-8; U+FFFD stands there instead", counted(count, "piece"),
                     count == 1 ? "was" : "were"));
  return good;
}
