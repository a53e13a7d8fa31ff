// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/text/training/text_trainer.h"

#include "common/json.h"
#include "common/text.h"
#include "common/training/command.h"
#include "common/training/report.h"
#include "text/training/learner.h"
#include "text/training/scores.h"

namespace {

namespace text = hearth::text;
namespace train = hearth::train;

class Train final : public TrainingCommand {
 public:
  Train() : TrainingCommand("texts", "runs/text", "by model", "by model") {}
  const char* name() const override { return "train"; }
  const char* summary() const override {
    return "Train or fine-tune a classifier, regression, tagger or language model";
  }
  const char* details() const override {
    return "Leaves a folder that the other commands and transformers open, with checkpoints, "
           "metrics and pictures.";
  }
  std::vector<std::string> examples() const override {
    return {"train --data reviews.csv --model fasttext --output runs/reviews",
            "train --data a.jsonl --test b.jsonl --model bert-base-uncased",
            "train --data comments.jsonl --task multi-label --model fasttext",
            "train --data a.csv --task regression --label score --model lstm",
            "train --data train.conll --model lstm --output runs/ner",
            "train --data a.txt --task language --model gpt2 --tokenizer t.json",
            "train --output runs/reviews --resume"};
  }
  void declare(OptionList& options) override {
    options.add("--data", data_, kTextDataHelp).value("PATH").required();
    options.add("--test", test_, "Data to test with").value("PATH");
    options.add("--test-share", share_, "How much of --data is kept for testing without --test")
        .between(0.001, 0.9);
    declare_data(options, task_, columns_, "What is learned; by default what the file suggests");
    options.add("--model", model_, kLearnerHelp).value("MODEL");
    options.add("--tokenizer", tokenizer_, "Instead of the model's").value("PATH");
    options.add("--vocab-size", vocab_size_, "Words that a small model knows").between(2, 1 << 24);
    options.add("--max-length", max_length_, "Tokens of a text; more are cut off")
        .between(2, 1 << 20);
    declare_training(options);
  }
  int run() override;

 private:
  /// Says how good what has no classes to be drawn is.
  void tell(const Outcome& outcome, const std::string& how_good, const TextScores& scores,
            const std::string& hint) const;

  std::string data_, task_ = "auto", model_ = "lstm";
  std::optional<std::string> test_, tokenizer_;
  TextColumns columns_;
  double share_ = 0.1;
  int64_t vocab_size_ = 30000, max_length_ = 128;

 protected:
  const char* settings_file() const override { return "training.json"; }
};

void Train::tell(const Outcome& outcome, const std::string& how_good, const TextScores& scores,
                 const std::string& hint) const {
  fmt::print(text(), "\nDone: {}, after {}.\n\n  {:<44} {}\n  {:<44} {}\n\n{}\n", how_good,
             counted(outcome.fit.epochs, "epoch"), output() + "/model.safetensors",
             "the trained model", output() + "/metrics.jsonl", "all numbers", hint);
  if (!json()) return;
  nlohmann::ordered_json result{
      {"dataset", data_}, {"model", model_}, {"epochs", outcome.fit.epochs}};
  for (const auto& [name, score] : scores) result["test_" + name] = score;
  result["train_seconds"] = outcome.fit.seconds;
  print_json(result);
}

int Train::run() {
  const TextTask task = text_task(task_, data_);
  TextData data = read_text_data(task, data_, columns_, {});
  const TextData test = test_ ? read_text_data(task, *test_, columns_, data.classes)
                              : data.split_off(share_, seed(), task);

  const train::RunFolder folder = open_folder();
  const Learner learner = make_learner(model_, task, data, tokenizer_, vocab_size_, max_length_);
  learner.model->to(device());
  settle(learner.epochs, batch_size().value_or(learner.batch_size), learner.lr);
  const int64_t length = length_for(*learner.model, max_length_);
  const text::TokenExamples tests = encode(test, task, learner.tokenizer, length);
  text::TextTrainer trainer(*learner.model, encode(data, task, learner.tokenizer, length),
                            fmt::format("{}, {} tokens at most", data_, length),
                            training_options(folder));
  trainer.validate_on(tests);
  const Outcome outcome = fit(
      trainer, folder, [&](const std::string&) { learner.save(folder.path()); }, model_, data_,
      task == TextTask::Language
          ? fmt::format("{} training and {} test lines", data.size(), test.size())
      : task == TextTask::Regression
          ? fmt::format("{} training and {} test texts, a number each", data.size(), test.size())
          : fmt::format("{} training and {} test texts, {} classes", data.size(), test.size(),
                        data.classes.size()));
  if (outcome.stopped) return *outcome.stopped;

  const auto narrower = autocast();
  if (task == TextTask::Language) {
    const double loss = text::mean_loss(*learner.model, tests);
    tell(outcome, fmt::format("perplexity {:.2f} on test tokens", std::exp(loss)),
         {{"loss", loss}, {"perplexity", std::exp(loss)}},
         fmt::format("Let it write:\n  {} generate --model {} --prompt \"Once\"", program(),
                     for_shell(output())));
    return 0;
  }
  const text::Predictions predictions = text::predict(*learner.model, tests);
  const std::string hint =
      fmt::format("Try it:\n  {} {} --model {} texts.txt", program(),
                  task == TextTask::Tag ? "ner" : "classify", for_shell(output()));
  if (has_values(task)) {
    const TextScores scores = text_scores(task, predictions, kThreshold);
    tell(outcome, fmt::format("{} on {} test texts", in_words(task, scores), test.size()), scores,
         hint);
    return 0;
  }
  report(outcome, model_, data_, data.classes,
         train::evaluate(predictions.probabilities, predictions.targets),
         predictions.targets.size(0),
         {{"config.json", "what it is, for transformers too"},
          {"tokenizer.json", "how it reads texts"}},
         hint);
  return 0;
}

}  // namespace

std::unique_ptr<Command> train_command() { return std::make_unique<Train>(); }
