// SPDX-License-Identifier: Apache-2.0
// Files, for bench/peers/io.py: hearth-bench-io CASE FILE...   Prints one JSON object.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "hearth/data/dataloader.h"
#include "hearth/data/readers/lines.h"
#include "hearth/data/web_dataset.h"
#include "hearth/io/tensor_file.h"
#include "hearth/ops/reduce.h"
#include "hearth/tensor/tensor.h"
#include "hearth/train/trainer.h"

namespace {

using namespace hearth;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The most memory that this program had. (What getrusage says begins with its parent's.)
long megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6)) / 1024;
  return 0;
}

void print(double seconds, double amount) {
  std::printf("{\"seconds\": %.6f, \"amount\": %.0f, \"megabytes\": %ld}\n", seconds, amount,
              megabytes());
}

void csv(const std::string& path) {
  const auto start = Clock::now();
  data::readers::CsvReader reader(path);
  double rows = 0;
  while (reader.next()) ++rows;
  print(since(start), rows);
}

void shards(size_t workers, const std::vector<std::string>& paths) {
  auto loader = data::make_data_loader(data::WebDataset(paths), data::WebSampler(paths),
                                       data::DataLoaderOptions(64).workers(workers));
  const auto start = Clock::now();
  double samples = 0;
  for (const auto& batch : *loader) samples += static_cast<double>(batch.size());
  print(since(start), samples);
}

/// Opens a file and reads one tensor of it.
void open(const std::string& path) {
  const auto start = Clock::now();
  const TensorFile file(path);
  const Tensor middle = file.tensor(file.keys()[file.keys().size() / 2]);
  const double sum = middle.sum().item<double>();
  print(since(start), sum == sum ? static_cast<double>(middle.nbytes()) : 0);
}

void load(const std::string& path) {
  const auto start = Clock::now();
  const TensorFile file(path);
  double bytes = 0;
  for (const std::string& key : file.keys())
    bytes += static_cast<double>(file.tensor(key).clone().nbytes());
  print(since(start), bytes);
}

/// Steps of a trainer that do nothing, after a first epoch.
void steps() {
  struct Second : train::Callback {
    std::string state_key() const override { return "Second"; }
    void on_train_epoch_start(train::Engine&) override { start = Clock::now(); }
    void on_train_epoch_end(train::Engine&) override { seconds = since(start); }
    Clock::time_point start;
    double seconds = 0;
  };
  std::vector<int> batches(100'000);
  train::Trainer<int> trainer(train::TrainerOptions().max_epochs(2).enable_progress_bar(false));
  trainer.training_step([](int&) { return train::StepResult(); });
  const auto second = trainer.add_callback<Second>();
  trainer.fit(batches);
  print(second->seconds, static_cast<double>(batches.size()));
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const std::string name = arguments.empty() ? "" : arguments[0];
  if (name == "steps" && arguments.size() == 1) {
    steps();
  } else if (name == "csv" && arguments.size() == 2) {
    csv(arguments[1]);
  } else if (name == "open" && arguments.size() == 2) {
    open(arguments[1]);
  } else if (name == "load" && arguments.size() == 2) {
    load(arguments[1]);
  } else if (name == "shards" && arguments.size() > 2) {
    shards(std::stoul(arguments[1]), {arguments.begin() + 2, arguments.end()});
  } else {
    std::fprintf(stderr,
                 "usage: hearth-bench-io steps | csv FILE | open FILE | load FILE | "
                 "shards WORKERS FILE...\n");
    return 2;
  }
}
