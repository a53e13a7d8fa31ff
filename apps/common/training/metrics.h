// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// An epoch in metrics.jsonl.
struct EpochRecord {
  int64_t epoch = 0;  ///< from 1
  double train_loss = 0, train_accuracy = 0, test_loss = 0, test_accuracy = 0, seconds = 0;
};

/// The epochs that a training has logged there.
std::vector<EpochRecord> read_epochs(const std::string& path);
