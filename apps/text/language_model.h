// SPDX-License-Identifier: Apache-2.0
// Models that write, as commands open them and write with them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/callable.h"
#include "hearth/text/generation/generate.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"

#include "common/options.h"

inline constexpr char kLanguageModelHelp[] =
    "A model's folder, its file, or ORG/NAME on Hugging Face's hub";

/// A model with what belongs to it.
struct LanguageModel {
  std::shared_ptr<hearth::text::CausalLMImpl> model;
  hearth::text::PreTrainedTokenizer tokenizer;
  /// The model's own, with ends of text that its tokenizer knows.
  hearth::text::GenerationConfig config;
};

/// Throws FileError, FormatError and NetworkError.
LanguageModel open_language_model(const std::string& name_or_path, hearth::Device device,
                                  hearth::ScalarType dtype);

/// How to write on, as the command line says.
class WritingOptions {
 public:
  void declare(OptionList& options);
  /// What was said, over the model's own. Throws UsageError for what does not go together.
  hearth::text::GenerationConfig over(hearth::text::GenerationConfig config) const;

 private:
  std::optional<int64_t> max_new_tokens_, min_new_tokens_, top_k_, beams_, sequences_, ngram_,
      lookup_;
  std::optional<double> temperature_, top_p_, min_p_, typical_p_, repetition_penalty_,
      length_penalty_, max_time_;
  std::vector<std::string> stop_;
  bool sample_ = false, greedy_ = false;
};

/// What was written after a prompt.
struct Written {
  std::string text;
  std::vector<int64_t> ids;
  std::vector<float> logprobs;
};
struct WritingResult {
  int64_t prompt_tokens = 0;
  std::vector<Written> texts;
  double seconds = 0;
  bool interrupted = false;
  /// New tokens of all texts a second.
  double tokens_per_second() const;
};

/// Writes on after a prompt's tokens; `print`, if not empty, gets new text as it comes, of one text
/// without beams. Ctrl-C ends the text; a second one the program.
WritingResult write_on(const LanguageModel& writer, const std::vector<int64_t>& prompt,
                       const hearth::text::GenerationConfig& config,
                       const hearth::Callable<void(std::string_view)>& print,
                       std::shared_ptr<hearth::text::Cache> cache = nullptr);

/// "31 tokens in 1.2 s, 25.8 a second"
std::string speed_of(const WritingResult& result);

/// Without bytes that are no UTF-8; how many there were is said on stderr.
std::string repaired(std::string_view text);
