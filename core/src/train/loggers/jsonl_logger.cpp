// SPDX-License-Identifier: Apache-2.0
#include "hearth/train/loggers/jsonl_logger.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "hearth/io/archive.h"

#include "train/loggers/log_file.h"

namespace hearth::train {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  if (std::isfinite(value)) {
    // Counts are written as such.
    if (value == std::floor(value) && std::abs(value) < 1e15) return static_cast<int64_t>(value);
    return value;
  }
  return std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

std::string line(const Json& record) {
  return record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

double to_milliseconds(double seconds) { return std::round(seconds * 1000) / 1000; }

}  // namespace

JsonlLogger::JsonlLogger(const std::string& path) : file_(std::make_unique<LogFile>(path)) {}
JsonlLogger::~JsonlLogger() = default;

void JsonlLogger::log_hyperparams(const Settings& values) {
  Json run = Json::object();
  for (const auto& [name, value] : values) run[name] = value;
  file_->append(line({{"run", run}, {"time", to_milliseconds(wall_time())}}));
}

void JsonlLogger::log_metrics(const Metrics& values, const LogPlace& place) {
  Json record{{"step", place.step},
              {"epoch", place.epoch},
              {"time", to_milliseconds(wall_time())},
              {"elapsed", to_milliseconds(place.elapsed)}};
  if (place.epoch_end) record["epoch_end"] = true;
  for (const auto& [name, value] : values) record[name] = number(value);
  file_->append(line(record));
}

void JsonlLogger::save(serialize::OutputArchive& archive) const {
  archive.write("size", file_->size());
}

void JsonlLogger::load(serialize::InputArchive& archive) {
  int64_t size = 0;
  archive.read("size", size);
  file_->continue_at(size);
}

}  // namespace hearth::train
