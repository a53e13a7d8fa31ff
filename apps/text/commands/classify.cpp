// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/text/models/problem_type.h"
#include "hearth/text/pipelines/tasks.h"

#include "common/command.h"
#include "common/text.h"
#include "text/each_line.h"
#include "text/model.h"
#include "text/training/scores.h"

namespace {

namespace text = hearth::text;

class Classify final : public Command {
 public:
  const char* name() const override { return "classify"; }
  const char* summary() const override { return "Say which class texts are of"; }
  const char* details() const override {
    return "Prints, for each line, the classes and their scores, nothing for an empty line: the "
           "likeliest; of a model whose texts have any number of classes those above --threshold; "
           "of a regression its number. With --labels the model is one that tells what sentences "
           "entail (NLI), and the classes are "
           "any words.";
  }
  std::vector<std::string> examples() const override {
    return {
        "classify --model runs/reviews reviews.txt",
        "classify --model runs/reviews --top 3 --json < reviews.txt",
        "classify --model cross-encoder/nli-distilroberta-base --labels sports,politics news.txt"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    declare_model(options, model_);
    options.add("files", files_, kTextFilesHelp);
    options.add("--top", top_, "How many classes to print")
        .between(1, 100000)
        .by_default("by model");
    options.add("--threshold", threshold_, "The least score of a class that is printed")
        .between(0, 1)
        .by_default("by model");
    options.add("--function", function_, "What scores become")
        .one_of({"softmax", "sigmoid", "none"})
        .by_default("by model");
    options.add("--labels", labels_, "Classes, with commas between them").value("WORDS");
    options.add("--template", template_, "The sentence that says that a text is of a class, {}");
    options.flag("--multi-label", multi_label_, "Several of --labels may be true");
    options.add("--batch-size", batch_size_, "Texts at once").between(1, 100000);
  }
  int run() override;

 private:
  using Scores = std::vector<text::LabelScore>;
  std::function<std::vector<Scores>(const std::vector<std::string>&)> open() const;

  std::string model_, template_ = text::ZeroShotOptions().hypothesis_template();
  std::vector<std::string> files_;
  std::optional<std::string> function_, labels_;
  std::optional<int64_t> top_;
  std::optional<double> threshold_;
  int64_t batch_size_ = text::TextClassificationOptions().batch_size();
  bool multi_label_ = false;
};

std::function<std::vector<Classify::Scores>(const std::vector<std::string>&)> Classify::open()
    const {
  if (labels_) {
    const auto labels = split_at_commas(*labels_);
    if (labels.empty()) throw UsageError("--labels: expected words, got none");
    auto pipeline =
        open_pipeline(text::task::zero_shot_classification, model_, device(), weight_type());
    const auto options =
        text::ZeroShotOptions().hypothesis_template(template_).multi_label(multi_label_);
    return [=, top = static_cast<size_t>(top_.value_or(1))](const std::vector<std::string>& texts) {
      std::vector<Scores> all;
      for (const std::string& line : texts) {
        const auto found = pipeline(line, labels, options);
        Scores& scores = all.emplace_back();
        for (size_t i = 0; i < std::min(top, found.labels.size()); ++i)
          scores.push_back({found.labels[i], found.scores[i]});
      }
      return all;
    };
  }
  auto pipeline = open_pipeline(text::task::text_classification, model_, device(), weight_type());
  auto options = text::TextClassificationOptions().batch_size(batch_size_);
  using Function = text::ClassificationFunction;
  if (function_)
    options.function_to_apply(*function_ == "softmax"   ? Function::Softmax
                              : *function_ == "sigmoid" ? Function::Sigmoid
                                                        : Function::None);
  std::optional<double> threshold = threshold_;
  if (!top_ && !threshold &&
      text::problem_type(pipeline.model().config()) == text::ProblemType::MultiLabel)
    threshold = kThreshold;
  options.top_k(threshold ? top_ : top_.value_or(1));
  return [=](const std::vector<std::string>& texts) {
    auto all = pipeline(texts, options);
    for (Scores& scores : all)
      std::erase_if(scores, [&](const text::LabelScore& s) {
        return threshold && static_cast<double>(s.score) < *threshold;
      });
    return all;
  };
}

int Classify::run() {
  print_each_line({files_, model_, json(), static_cast<size_t>(batch_size_), "classifying"}, open(),
                  [](const Scores& scores, std::string& line) {
                    auto values = nlohmann::ordered_json::array();
                    for (const auto& [label, score] : scores) {
                      line += fmt::format("{}{}\t{:.4f}", line.empty() ? "" : "\t", label, score);
                      values.push_back({{"label", label}, {"score", score}});
                    }
                    return values;
                  });
  return 0;
}

}  // namespace

std::unique_ptr<Command> classify_command() { return std::make_unique<Classify>(); }
