// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/text/pipelines/tasks.h"

#include "common/command.h"
#include "common/text.h"
#include "text/each_line.h"
#include "text/model.h"

namespace {

namespace text = hearth::text;

class FillMask final : public Command {
 public:
  const char* name() const override { return "fill-mask"; }
  const char* summary() const override { return "Guess words that are left out of texts"; }
  const char* details() const override {
    return "Lines have the model's mask where a word is missing, [MASK] or <mask>. Prints, for "
           "each line, the likeliest tokens and their scores, ' | ' between several masks.";
  }
  std::vector<std::string> examples() const override {
    return {"fill-mask --model bert-base-uncased gaps.txt",
            "fill-mask --model bert-base-uncased --top 3 --json gaps.txt"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    declare_model(options, model_);
    options.add("files", files_, kTextFilesHelp);
    options.add("--top", top_, "How many tokens for each mask").between(1, 100000);
    options.add("--target", targets_, "Consider only these tokens").value("WORD");
  }
  int run() override;

 private:
  using Fillings = std::vector<std::vector<text::MaskFilling>>;
  static nlohmann::ordered_json describe(const Fillings& masks, std::string& line);

  std::string model_;
  std::vector<std::string> files_, targets_;
  int64_t top_ = text::FillMaskOptions().top_k();
};

nlohmann::ordered_json FillMask::describe(const Fillings& masks, std::string& line) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const auto& fillings : masks) {
    if (!line.empty()) line += " | ";
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const auto& [score, token, token_str, sequence] : fillings) {
      line += fmt::format("{}{}\t{:.4f}", list.empty() ? "" : "\t", token_str, score);
      list.push_back(
          {{"score", score}, {"token", token}, {"token_str", token_str}, {"sequence", sequence}});
    }
    all.push_back(std::move(list));
  }
  return all;
}

int FillMask::run() {
  const auto fill = open_pipeline(text::task::fill_mask, model_, device(), weight_type());
  const auto options = text::FillMaskOptions().top_k(top_).targets(targets_);
  bool failed = false;
  print_each_line(
      {files_, model_, json(), 1, "filling"},
      [&](const std::vector<std::string>& texts) {
        std::vector<std::optional<Fillings>> all;
        for (const std::string& line : texts) {
          try {
            all.emplace_back(fill(line, options));
          } catch (const hearth::ValueError& error) {
            // A line without a mask; others go on.
            failed = true;
            complain(fmt::format("{}: {}", program(), error.what()));
            all.emplace_back();
          }
        }
        return all;
      },
      [](const std::optional<Fillings>& masks, std::string& line) {
        return masks ? describe(*masks, line) : nlohmann::ordered_json();
      });
  return failed ? 1 : 0;
}

}  // namespace

std::unique_ptr<Command> fill_mask_command() { return std::make_unique<FillMask>(); }
