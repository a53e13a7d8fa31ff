// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/io/npy.h"

#include "common/command.h"
#include "common/json.h"
#include "text/lines.h"
#include "text/sentences.h"

namespace {

using hearth::Tensor;

class Search final : public Command {
 public:
  const char* name() const override { return "search"; }
  const char* summary() const override { return "Find the texts that are most like a question"; }
  const char* details() const override {
    return "Prints, for each query, the lines of --corpus whose vectors have the largest cosines: "
           "score, line number and line; nothing for an empty query. With --vectors the corpus is "
           "embedded once: what 'embed --output X.npy' wrote is taken, and written where there is "
           "nothing.";
  }
  std::vector<std::string> examples() const override {
    return {"search --model sentence-transformers/all-MiniLM-L6-v2 --corpus faq.txt 'How long?'",
            "search --model runs/minilm --corpus faq.txt --vectors faq.npy --top 3 < queries.txt"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    model_.declare(options);
    options.add("--corpus", corpus_, "Text file, one text a line").value("FILE").required();
    options.add("--vectors", vectors_, "The corpus as vectors, .npy").value("FILE");
    options.add("queries", queries_, "What is looked for; lines of stdin if there is none");
    options.add("--top", top_, "How many texts for each query").between(1, 1e9);
  }
  int run() override;

 private:
  Tensor corpus_vectors(const std::vector<std::string>& texts) const;

  SentenceModel model_;
  std::string corpus_;
  std::optional<std::string> vectors_;
  std::vector<std::string> queries_;
  int64_t top_ = 5;
};

Tensor Search::corpus_vectors(const std::vector<std::string>& texts) const {
  std::error_code none;
  if (!vectors_ || !std::filesystem::exists(*vectors_, none)) {
    const Tensor fresh = model_.encode(texts, "embedding").contiguous();
    if (vectors_) hearth::npy::save(fresh, *vectors_);
    return fresh;
  }
  const Tensor kept = hearth::npy::load(*vectors_);
  const int64_t width = model_.encoder().dimension();
  HEARTH_CHECK_AS(hearth::FormatError,
                  kept.dim() == 2 && kept.size(0) == static_cast<int64_t>(texts.size()) &&
                      kept.size(1) == width && kept.scalar_type() == hearth::kFloat,
                  "[", *vectors_, "] expected float32 [", texts.size(), ", ", width,
                  "] for the lines of ", corpus_, ", got ", kept.scalar_type(), " ", kept.sizes());
  return kept;
}

int Search::run() {
  model_.open(device(), weight_type());
  const std::vector<std::string> texts = TextLines({corpus_}).rest();
  HEARTH_CHECK_AS(hearth::FormatError, !texts.empty(), "[", corpus_, "] has no line");
  const Tensor vectors = corpus_vectors(texts);
  if (queries_.empty()) queries_ = TextLines({}).rest();
  const Tensor cosines =
      hearth::text::cosine_similarities(model_.encode(queries_, "searching"), vectors).contiguous();
  const auto* scores = cosines.const_data_ptr<float>();
  const size_t most = std::min(texts.size(), static_cast<size_t>(top_));
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (size_t q = 0; q < queries_.size(); ++q, scores += texts.size()) {
    nlohmann::ordered_json hits = nlohmann::ordered_json::array();
    std::vector<size_t> order(queries_[q].empty() ? 0 : texts.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const size_t shown = std::min(most, order.size());
    std::partial_sort(
        order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
        [&](size_t a, size_t b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
    order.resize(shown);
    if (!json() && queries_.size() > 1) fmt::print("{}{}\n", q ? "\n" : "", queries_[q]);
    for (const size_t i : order) {
      if (!json()) fmt::print("{:.4f}\t{}\t{}\n", scores[i], i + 1, texts[i]);
      hits.push_back({{"score", scores[i]}, {"line", i + 1}, {"text", texts[i]}});
    }
    results.push_back({{"query", queries_[q]}, {"hits", std::move(hits)}});
  }
  if (json())
    print_json({{"model", model_.name()}, {"corpus", corpus_}, {"results", std::move(results)}});
  return 0;
}

}  // namespace

std::unique_ptr<Command> search_command() { return std::make_unique<Search>(); }
