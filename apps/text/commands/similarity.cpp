// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"
#include "text/lines.h"
#include "text/sentences.h"

namespace {

using hearth::Tensor;

class Similarity final : public Command {
 public:
  const char* name() const override { return "similarity"; }
  const char* summary() const override { return "Say how alike texts are"; }
  const char* details() const override {
    return "The cosine of the vectors of two texts, from -1 to 1. Texts are arguments, of which "
           "the first is compared with each other one; or, without arguments, lines of --pairs or "
           "stdin with a tab between two texts.";
  }
  std::vector<std::string> examples() const override {
    return {"similarity --model sentence-transformers/all-MiniLM-L6-v2 'A man eats.' 'He dines.'",
            "similarity --model runs/minilm --pairs pairs.tsv"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    model_.declare(options);
    options.add("texts", texts_, "Two texts or more");
    options.add("--pairs", pairs_, "A file with two texts a line, a tab between them")
        .value("FILE");
  }
  int run() override;

 private:
  void read_pairs(std::vector<std::string>& first, std::vector<std::string>& second) const;

  SentenceModel model_;
  std::vector<std::string> texts_;
  std::optional<std::string> pairs_;
};

void Similarity::read_pairs(std::vector<std::string>& first,
                            std::vector<std::string>& second) const {
  const std::string file = pairs_.value_or("-");
  TextLines lines({file});
  for (int64_t number = 1; const auto line = lines.next(); ++number) {
    const size_t tab = line->find('\t');
    HEARTH_CHECK_AS(hearth::FormatError, tab != line->npos || line->empty(), "[", file, ": line ",
                    number, "] expected two texts with a tab between them, got '",
                    shortened(*line, 40), "'");
    first.emplace_back(line->empty() ? *line : line->substr(0, tab));
    second.emplace_back(line->empty() ? *line : line->substr(tab + 1));
  }
}

int Similarity::run() {
  std::vector<std::string> first, second;
  if (texts_.empty()) {
    read_pairs(first, second);
  } else {
    if (texts_.size() < 2 || pairs_)
      throw UsageError("similarity: expected two texts or more, or --pairs");
    first.assign(texts_.size() - 1, texts_[0]);
    second.assign(texts_.begin() + 1, texts_.end());
  }
  model_.open(device(), weight_type());
  const Tensor a = hearth::text::normalized_rows(model_.encode(first, "embedding"));
  const Tensor b = hearth::text::normalized_rows(model_.encode(second, "embedding"));
  const Tensor cosines = (a * b).sum(1).contiguous();
  const auto* scores = cosines.const_data_ptr<float>();
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (size_t i = 0; i < first.size(); ++i) {
    const bool empty = first[i].empty() && second[i].empty();
    if (!json())
      fmt::print("{}\n", empty ? "" : fmt::format("{:.4f}", scores[i]));
    else if (empty)
      results.push_back(nullptr);
    else
      results.push_back({{"first", first[i]}, {"second", second[i]}, {"score", scores[i]}});
  }
  if (json()) print_json({{"model", model_.name()}, {"results", std::move(results)}});
  return 0;
}

}  // namespace

std::unique_ptr<Command> similarity_command() { return std::make_unique<Similarity>(); }
