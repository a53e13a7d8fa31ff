// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/metrics/text.h"
#include "hearth/ops/reduce.h"
#include "hearth/text/training/text_trainer.h"
#include "hearth/train/classification.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"
#include "common/training/report.h"
#include "text/model.h"
#include "text/training/scores.h"
#include "text/training/task.h"

namespace {

namespace text = hearth::text;

class Eval final : public Command {
 public:
  const char* name() const override { return "eval"; }
  const char* summary() const override { return "Test a classifier, tagger or language model"; }
  std::vector<std::string> examples() const override {
    return {"eval --model runs/reviews --data test.csv", "eval --model runs/ner --data test.conll",
            "eval --model runs/comments --data comments.jsonl --threshold 0.3 --json",
            "eval --model gpt2 --task language --data book.txt"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    declare_model(options, model_);
    options.add("--data", data_, kTextDataHelp).value("PATH").required();
    declare_data(options, task_, columns_,
                 "What is tested; by default what file and model suggest");
    options
        .add("--threshold", threshold_,
             "The least probability of a class that counts as predicted, of multi-label")
        .between(0, 1);
    options.add("--batch-size", batch_size_, "Texts at once").between(1, 100'000);
    options.add("--max-length", max_length_, "Tokens of a text; more are cut off")
        .between(2, 1 << 20);
  }
  int run() override;

 private:
  std::string model_, data_, task_ = "auto";
  TextColumns columns_;
  double threshold_ = kThreshold;
  int64_t batch_size_ = 32, max_length_ = 128;

  TextTask task_for(TextTask by_file, const text::PreTrainedModelImpl& model, size_t classes) const;
};

std::vector<std::string> classes_of(const text::PreTrainedModelImpl& model) {
  std::vector<std::string> classes;
  const auto& config = model.config();
  if (!config.contains("id2label")) return classes;
  const auto names = config.at("id2label");
  for (size_t i = 0; i < names.size(); ++i) classes.push_back(names.at(std::to_string(i)).string());
  return classes;
}

/// Whether the classes are tags of spans, as B-PER is.
bool are_spans(const std::vector<std::string>& classes) {
  return std::any_of(classes.begin(), classes.end(),
                     [](const std::string& name) { return name.starts_with("B-"); });
}

/// "precision", "recall" and "f1" of spans, from 0 to 1.
std::vector<std::pair<std::string, double>> span_scores(const text::Predictions& p,
                                                        const std::vector<std::string>& classes) {
  hearth::metrics::TextLists found, right;
  const hearth::Tensor best = p.probabilities.argmax(-1);
  const auto* guess = best.data_ptr<int64_t>();
  const auto* target = p.targets.data_ptr<int64_t>();
  for (const int64_t count : p.counts) {
    hearth::metrics::Texts guesses, targets;
    for (int64_t i = 0; i < count; ++i) {
      guesses.push_back(classes.at(static_cast<size_t>(*guess++)));
      targets.push_back(classes.at(static_cast<size_t>(*target++)));
    }
    found.push_back(std::move(guesses));
    right.push_back(std::move(targets));
  }
  std::vector<std::pair<std::string, double>> scores;
  for (const auto& [name, score] : hearth::metrics::functional::span_f1(found, right))
    scores.emplace_back(name, score.item<double>());
  return scores;
}

/// What the model was made for, if nobody says otherwise.
TextTask Eval::task_for(TextTask by_file, const text::PreTrainedModelImpl& model,
                        size_t classes) const {
  if (task_ != "auto" || by_file != TextTask::Classify) return by_file;
  switch (text::problem_type(model.config())
              .value_or(classes == 1 ? text::ProblemType::Regression
                                     : text::ProblemType::SingleLabel)) {
    case text::ProblemType::Regression:
      return TextTask::Regression;
    case text::ProblemType::MultiLabel:
      return TextTask::MultiLabel;
    case text::ProblemType::SingleLabel:
      break;
  }
  return by_file;
}

int Eval::run() {
  const TextTask by_file = text_task(task_, data_);
  const std::string from = folder_of_model(model_);
  const auto model = text::open_model(head_for(by_file), from);
  model->to(device());
  const auto tokenizer = text::AutoTokenizer::from_pretrained(from);
  const std::vector<std::string> classes =
      by_file == TextTask::Language ? std::vector<std::string>() : classes_of(*model);
  const TextTask task = task_for(by_file, *model, classes.size());
  const TextData data = read_text_data(task, data_, columns_, classes);
  const int64_t length = length_for(*model, max_length_);
  const text::TokenExamples examples = encode(data, task, tokenizer, length);

  const auto start = std::chrono::steady_clock::now();
  const auto narrower = autocast();
  nlohmann::ordered_json result{{"dataset", data_}, {"model", model_}};
  const auto rate = [&] {
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    return static_cast<double>(examples.size()) / taken.count();
  };
  if (task == TextTask::Language) {
    const double loss = text::mean_loss(*model, examples, batch_size_);
    fmt::print(text(), "{} on {}: perplexity {:.3f}, loss {:.4f} of {} pieces of {} tokens\n",
               model_, data_, std::exp(loss), loss, examples.size(), length);
    result.update({{"test_loss", loss}, {"test_perplexity", std::exp(loss)}});
  } else if (has_values(task)) {
    const TextScores scores =
        text_scores(task, text::predict(*model, examples, batch_size_), threshold_);
    fmt::print(text(), "{} on {}: {} of {} texts, {:.0f} texts/s\n", model_, data_,
               in_words(task, scores), examples.size(), rate());
    for (const auto& [name, score] : scores) result["test_" + name] = score;
  } else {
    const text::Predictions p = text::predict(*model, examples, batch_size_);
    const auto evaluation = hearth::train::evaluate(p.probabilities, p.targets);
    fmt::print(text(), "{} on {}: {} of {} {} right, loss {:.4f}, {:.0f} texts/s\n{}\n", model_,
               data_, percent(evaluation.accuracy, 2), p.targets.size(0), target_of(task),
               evaluation.loss, rate(), hardest_class(classes, evaluation.confusion));
    result.update({{"test_accuracy", evaluation.accuracy}, {"test_loss", evaluation.loss}});
    if (task == TextTask::Tag && are_spans(classes)) {
      std::string line;
      for (const auto& [name, score] : span_scores(p, classes)) {
        line += fmt::format("{}{} {}", line.empty() ? "Spans: " : ", ", name, percent(score, 2));
        result["test_span_" + name] = score;
      }
      fmt::print(text(), "{}\n", line);
    }
  }
  result.update({{"texts_per_second", rate()}, {"peak_rss_bytes", peak_rss_bytes()}});
  if (json()) print_json(result);
  return 0;
}

}  // namespace

std::unique_ptr<Command> eval_command() { return std::make_unique<Eval>(); }
