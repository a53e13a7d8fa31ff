// SPDX-License-Identifier: Apache-2.0
#include "common/training/metrics.h"

#include <cmath>
#include <fstream>

#include <nlohmann/json.hpp>

namespace {

double number(const nlohmann::json& record, const char* name) {
  const auto found = record.find(name);
  return found != record.end() && found->is_number() ? found->get<double>() : std::nan("");
}

}  // namespace

std::vector<EpochRecord> read_epochs(const std::string& path) {
  std::vector<EpochRecord> epochs;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const nlohmann::json j = nlohmann::json::parse(line, nullptr, false);
    if (!j.is_object() || !j.value("epoch_end", false)) continue;
    epochs.push_back({static_cast<int64_t>(number(j, "epoch")) + 1, number(j, "train_loss"),
                      number(j, "train_accuracy"), number(j, "val_loss"), number(j, "val_accuracy"),
                      number(j, "elapsed")});
  }
  return epochs;
}
