// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "hearth/base/error.h"
#include "hearth/text/chat/chat_template.h"

#include "common/command.h"
#include "common/interrupt.h"
#include "common/json.h"
#include "text/language_model.h"

namespace {

namespace text = hearth::text;

class Chat final : public Command {
 public:
  const char* name() const override { return "chat"; }
  const char* summary() const override { return "Talk with a model"; }
  const char* details() const override {
    return "Each line of stdin is a turn, and its answer is printed as it is written; with "
           "--prompt there is one turn. The model's own chat template puts the turns together. "
           "Ctrl-C ends an answer, the end of the input (Ctrl-D) the conversation.";
  }
  std::vector<std::string> examples() const override {
    return {"chat --model models/smol", "chat --model models/smol --prompt 'What is a hearth?'",
            "chat --model models/smol --system 'Answer in rhymes.' --temperature 0.7"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kSeed | kJson; }
  void declare(OptionList& options) override {
    options.add("--model", model_, kLanguageModelHelp).value("MODEL").required();
    options.add("--prompt", prompt_, "Say this, print the answer and end").value("TEXT");
    options.add("--system", system_, "How the model is to behave").value("TEXT");
    options.flag("--echo", echo_, "Print what was said before each answer");
    writing_.declare(options);
  }
  int run() override;

 private:
  /// Says something and prints the answer; whether all of it was written.
  bool turn(const std::string& said);

  std::string model_;
  std::optional<std::string> prompt_, system_;
  bool echo_ = false;
  WritingOptions writing_;

  std::optional<LanguageModel> writer_;
  std::optional<text::ChatTemplate> template_;
  text::ChatOptions options_;
  text::GenerationConfig config_;
  std::vector<text::ChatMessage> messages_;
  std::shared_ptr<text::Cache> cache_;
  std::vector<int64_t> seen_;  // tokens that the cache knows of
  nlohmann::ordered_json turns_ = nlohmann::ordered_json::array();
};

bool Chat::turn(const std::string& said) {
  messages_.push_back({"user", said});
  const std::string whole = template_->apply(messages_, options_);
  std::vector<int64_t> ids;
  for (const uint32_t id : writer_->tokenizer.encode(whole, /*add_special_tokens=*/false))
    ids.push_back(id);
  HEARTH_CHECK_AS(hearth::ValueError, !ids.empty(), "[", template_->source(),
                  "] made no text of the conversation");
  // Of the turns before, only what reads differently now is looked at again.
  size_t same = 0;
  while (same < seen_.size() && same < ids.size() && seen_[same] == ids[same]) ++same;
  try {
    cache_->crop(static_cast<int64_t>(same));
  } catch (const hearth::ValueError&) {
    cache_->reset();  // a window has moved on
  }
  const auto print = [&](std::string_view piece) {
    fmt::print("{}", piece);
    std::fflush(stdout);
  };
  if (echo_ && !json()) print(said + "\n");
  const WritingResult result = write_on(
      *writer_, ids, config_, json() ? hearth::Callable<void(std::string_view)>() : print, cache_);
  if (!json()) fmt::print("\n");
  note(speed_of(result));
  const Written& answer = result.texts[0];
  messages_.push_back({"assistant", answer.text});
  seen_ = ids;
  seen_.insert(seen_.end(), answer.ids.begin(), answer.ids.end());
  turns_.push_back({{"prompt", said},
                    {"answer", answer.text},
                    {"prompt_tokens", result.prompt_tokens},
                    {"tokens", answer.ids.size()},
                    {"seconds", result.seconds},
                    {"tokens_per_second", result.tokens_per_second()},
                    {"interrupted", result.interrupted}});
  return !result.interrupted;
}

int Chat::run() {
  writer_ = open_language_model(model_, device(), weight_type());
  config_ = writing_.over(writer_->config);
  if (config_.num_beams() > 1 || config_.num_return_sequences() > 1)
    throw UsageError("chat writes one answer without beams");
  const auto source = writer_->tokenizer.chat_template();
  HEARTH_CHECK_AS(hearth::FormatError, source, "[", model_,
                  "] has no chat template; 'generate' writes a text on");
  template_.emplace(*source, model_ + ": chat_template");
  options_.add_generation_prompt(true);
  const auto& tokenizer = writer_->tokenizer;
  for (auto [name, token] : {std::pair{"bos_token", &tokenizer.bos_token},
                             {"eos_token", &tokenizer.eos_token},
                             {"unk_token", &tokenizer.unk_token},
                             {"pad_token", &tokenizer.pad_token}})
    if (*token) options_.special_tokens()[name] = **token;
  if (system_) messages_.push_back({"system", repaired(*system_)});
  cache_ = std::make_shared<text::Cache>(writer_->model->cache_options());
  bool whole = true;
  if (prompt_) {
    whole = turn(repaired(*prompt_));
  } else {
    const bool people = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
    std::string line;
    // Who sits there goes on talking after an interrupt; what comes from a pipe ends.
    while (whole && ((people && std::fputs("> ", stderr)), std::getline(std::cin, line)))
      if (!line.empty()) whole = turn(repaired(line)) || people;
    if (people) std::fputs("\n", stderr);
  }
  if (json()) print_json({{"model", model_}, {"turns", turns_}});
  return whole ? 0 : InterruptGuard::kExitCode;
}

}  // namespace

std::unique_ptr<Command> chat_command() { return std::make_unique<Chat>(); }
