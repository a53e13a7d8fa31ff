// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"

#include "common/command.h"
#include "common/interrupt.h"
#include "common/json.h"
#include "text/language_model.h"

namespace {

class Generate final : public Command {
 public:
  const char* name() const override { return "generate"; }
  const char* summary() const override { return "Write a text on"; }
  const char* details() const override {
    return "Prints what follows the prompt, as it is written. Without --prompt, stdin is the "
           "prompt. Ctrl-C ends the text, and what there is of it stays.";
  }
  std::vector<std::string> examples() const override {
    return {"generate --model gpt2 --prompt 'Once upon a time'",
            "generate --model models/smol --prompt 'The sea' --temperature 0.8 --top-p 0.95",
            "generate --model models/smol --beams 4 --sequences 2 --json < question.txt"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kSeed | kJson; }
  void declare(OptionList& options) override {
    options.add("--model", model_, kLanguageModelHelp).value("MODEL").required();
    options.add("--prompt", prompt_, "What the text begins with").value("TEXT");
    options.flag("--echo", echo_, "Print the prompt, too");
    options.flag("--no-special", no_special_, "Put no special tokens before the prompt");
    writing_.declare(options);
  }
  int run() override;

 private:
  std::string model_;
  std::optional<std::string> prompt_;
  bool echo_ = false, no_special_ = false;
  WritingOptions writing_;
};

int Generate::run() {
  const LanguageModel writer = open_language_model(model_, device(), weight_type());
  const auto config = writing_.over(writer.config);
  if (!prompt_)
    prompt_.emplace(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  const std::string prompt = repaired(*prompt_);
  std::vector<int64_t> ids;
  for (const uint32_t id : writer.tokenizer.encode(prompt, !no_special_)) ids.push_back(id);
  // A model needs something to begin with.
  if (const auto bos = writer.tokenizer.bos_token_id(); ids.empty() && bos) ids.push_back(*bos);
  HEARTH_CHECK_AS(hearth::ValueError, !ids.empty(),
                  "[generate] expected a prompt of one token or more, got none");
  const std::string before = echo_ ? prompt : "";
  const auto print = [&](std::string_view piece) {
    fmt::print("{}", piece);
    std::fflush(stdout);
  };
  const bool streams = !json() && config.num_beams() == 1 && config.num_return_sequences() == 1;
  if (streams) print(before);
  const WritingResult result =
      write_on(writer, ids, config, streams ? print : hearth::Callable<void(std::string_view)>());
  if (streams) fmt::print("\n");
  nlohmann::ordered_json report{{"model", model_}, {"prompt", prompt}};
  report["prompt_tokens"] = result.prompt_tokens;
  report["texts"] = nlohmann::ordered_json::array();
  for (const Written& written : result.texts) {
    if (!json() && !streams) fmt::print("{}{}\n", before, written.text);
    report["texts"].push_back(
        {{"text", before + written.text}, {"ids", written.ids}, {"logprobs", written.logprobs}});
  }
  report["seconds"] = result.seconds;
  report["tokens_per_second"] = result.tokens_per_second();
  report["interrupted"] = result.interrupted;
  note(speed_of(result));
  if (json()) print_json(report);
  return result.interrupted ? InterruptGuard::kExitCode : 0;
}

}  // namespace

std::unique_ptr<Command> generate_command() { return std::make_unique<Generate>(); }
