// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/text/pipelines/tasks.h"

#include "common/command.h"
#include "text/each_line.h"
#include "text/model.h"

namespace {

namespace text = hearth::text;

class Ner final : public Command {
 public:
  const char* name() const override { return "ner"; }
  const char* summary() const override { return "Find names and other entities in texts"; }
  const char* details() const override {
    return "Prints, for each line, tag, words, score and place (in characters, from-to) of each "
           "entity. --group none tags each token, simple puts neighbours of one tag together; "
           "first, average and max do so with whole words.";
  }
  std::vector<std::string> examples() const override {
    return {"ner --model runs/names letters.txt", "ner --model runs/names --group none --json -"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    declare_model(options, model_);
    options.add("files", files_, kTextFilesHelp);
    options.add("--group", group_, "How tokens become entities")
        .one_of({"none", "simple", "first", "average", "max"});
    options.add("--ignore", ignore_, "Tags that are left out").value("TAG");
    options
        .add("--stride", stride_,
             "Take long lines in pieces that share so many tokens, in place of cutting them")
        .between(0, 100000);
  }
  int run() override;

 private:
  text::TokenClassificationOptions options() const;

  std::string model_, group_ = "simple";
  std::vector<std::string> files_, ignore_{"O"};
  std::optional<int64_t> stride_;
};

text::TokenClassificationOptions Ner::options() const {
  using Strategy = text::AggregationStrategy;
  const auto strategy = group_ == "none"      ? Strategy::None
                        : group_ == "simple"  ? Strategy::Simple
                        : group_ == "first"   ? Strategy::First
                        : group_ == "average" ? Strategy::Average
                                              : Strategy::Max;
  if (stride_ && strategy == Strategy::None)
    throw UsageError("--stride: expected another --group than none");
  return text::TokenClassificationOptions()
      .aggregation_strategy(strategy)
      .ignore_labels(ignore_)
      .stride(stride_);
}

int Ner::run() {
  const auto how = options();
  const auto find =
      open_pipeline(text::task::token_classification, model_, device(), weight_type());
  print_each_line(
      {files_, model_, json(), 1, "tagging"},
      [&](const std::vector<std::string>& texts) { return find(texts, how); },
      [](const std::vector<text::TokenEntity>& entities, std::string& line) {
        auto values = nlohmann::ordered_json::array();
        for (const text::TokenEntity& e : entities) {
          line += fmt::format("{}{}\t{}\t{:.4f}\t{}-{}", line.empty() ? "" : "\t", e.entity, e.word,
                              e.score, e.start, e.end);
          nlohmann::ordered_json entity{{e.index ? "entity" : "entity_group", e.entity},
                                        {"score", e.score}};
          if (e.index) entity["index"] = *e.index;
          entity.update({{"word", e.word}, {"start", e.start}, {"end", e.end}});
          values.push_back(std::move(entity));
        }
        return values;
      });
  return 0;
}

}  // namespace

std::unique_ptr<Command> ner_command() { return std::make_unique<Ner>(); }
