// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/train/logger.h"

namespace hearth::train {

class LogFile;

/// A table: a line of names, then one line of values each time something is logged; empty where
/// nothing of that name was. A name that comes later adds a column: the file is then written anew,
/// and replaced when that is whole. A new training replaces the file; one that goes on cuts off
/// what comes again.
class HEARTH_API CsvLogger : public Logger {
 public:
  explicit CsvLogger(const std::string& path);
  ~CsvLogger() override;
  void log_metrics(const Metrics& values, const LogPlace& place) override;
  void save(serialize::OutputArchive& archive) const override;
  void load(serialize::InputArchive& archive) override;

 private:
  void widen(const Metrics& values);

  std::unique_ptr<LogFile> file_;
  std::vector<std::string> columns_;
  int64_t rows_ = 0;
};

}  // namespace hearth::train
