// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/vision/classification/trainer.h"

/// An epoch in metrics.jsonl.
struct EpochRecord {
  int64_t epoch = 0, step = 0;
  double train_loss = 0, train_accuracy = 0, test_loss = 0, test_accuracy = 0, seconds = 0;
};

/// The metrics.jsonl of a run: one JSON object a line, of kind "step" or "epoch". Numbers that do
/// not depend on the machine's speed are the same whether a run was broken off or not.
class Metrics {
 public:
  /// Keeps what an earlier process wrote up to `step` (0: nothing) and goes on from there.
  Metrics(std::string path, int64_t step);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void add(int64_t step, const hearth::vision::StepReport& report);
  void add(const EpochRecord& record);
  /// Makes what was added durable: a checkpoint must not know more than this file.
  void sync();

  const std::vector<EpochRecord>& epochs() const { return epochs_; }

 private:
  void write(const std::string& line);

  std::string path_;
  int fd_ = -1;
  std::vector<EpochRecord> epochs_;
};
