// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/pretrained/text.h"
#include "hearth/text/embedding/sentence_encoder.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"

#include "common/command.h"
#include "common/json.h"
#include "text/lines.h"
#include "text/model.h"

namespace {

namespace text = hearth::text;

class Bench final : public Command {
 public:
  const char* name() const override { return "bench"; }
  const char* summary() const override { return "Measure this machine's speed"; }
  const char* details() const override {
    return "Tells languages apart, tokenizes and decodes (--tokenizer) and embeds (--model) the "
           "lines of a file. The best of several runs counts.";
  }
  std::vector<std::string> examples() const override {
    return {"bench book.txt --threads 1",
            "bench --tokenizer tokenizer.json --model runs/minilm --json book.txt"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    options.add("file", file_, "A text file, plain or gzipped").value("FILE").required();
    options.add("--tokenizer", tokenizer_, "A tokenizer's file, its folder, or ORG/NAME")
        .value("PATH");
    options.add("--model", model_, kTextModelHelp).value("MODEL");
    options.add("--time", time_, "Seconds for each measurement").between(0.01, 600);
  }
  int run() override;

 private:
  /// The time of the quickest of the calls; of `amount` things in each.
  void measure(const std::string& what, double amount, const char* unit,
               const std::function<void()>& call);

  std::string file_;
  std::optional<std::string> tokenizer_, model_;
  double time_ = 0.5;
  nlohmann::ordered_json report_ = nlohmann::ordered_json::object();
};

void Bench::measure(const std::string& what, double amount, const char* unit,
                    const std::function<void()>& call) {
  using Clock = std::chrono::steady_clock;
  double best = std::numeric_limits<double>::infinity(), spent = 0;
  for (int i = 0; i < 3 || spent < time_; ++i) {
    const auto begin = Clock::now();
    call();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    best = std::min(best, seconds);
    spent += seconds;
  }
  report_[what] = {{"seconds", best}, {"rate", amount / best}, {"unit", unit}};
  if (!json())
    fmt::print("{:<24} {:>10.2f} ms {:>12.1f} {}\n", what, 1e3 * best, amount / best, unit);
}

int Bench::run() {
  const std::vector<std::string> lines = TextLines({file_}).rest();
  double bytes = 0;
  for (const std::string& line : lines) bytes += static_cast<double>(line.size());
  HEARTH_CHECK_AS(hearth::FormatError, bytes > 0, "[", file_, "] expected a text, got nothing");
  const double megabytes = bytes / 1e6;

  const auto identifier = hearth::pretrained::language_identifier();
  measure("langid", megabytes, "MB/s", [&] {
    for (const std::string& line : lines) identifier.identify(line);
  });
  if (tokenizer_) {
    const auto tokenizer = text::AutoTokenizer::from_pretrained(*tokenizer_).tokenizer;
    std::vector<std::vector<uint32_t>> ids;
    measure("tokenize (ids)", megabytes, "MB/s", [&] { ids = tokenizer.encode_ids_batch(lines); });
    measure("tokenize", megabytes, "MB/s", [&] { tokenizer.encode_batch(lines); });
    measure("decode", megabytes, "MB/s", [&] { tokenizer.decode_batch(ids); });
  }
  if (model_) {
    const auto encoder = text::SentenceEncoder::from_pretrained(
        folder_of_model(*model_), text::ModelOptions().dtype(weight_type()));
    encoder.model().to(device());
    const auto n = std::min<size_t>(lines.size(), 64);
    measure("embed", static_cast<double>(n), "texts/s",
            [&] { encoder.encode(hearth::ArrayRef<std::string>(lines.data(), n)); });
  }
  if (json()) print_json(report_);
  return 0;
}

}  // namespace

std::unique_ptr<Command> bench_command() { return std::make_unique<Bench>(); }
