// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "hearth/train/logger.h"

namespace hearth::train {

class LogFile;

/// One JSON object a line: step, epoch, time (seconds since 1970), elapsed (seconds of training)
/// and the values; "epoch_end": true on lines of a whole epoch. Settings are a line of their own,
/// {"run": {...}}. NaN and infinities are the strings "NaN", "Infinity" and "-Infinity". Each line
/// is one write. A new training replaces the file; one that goes on cuts off what comes again.
class HEARTH_API JsonlLogger : public Logger {
 public:
  explicit JsonlLogger(const std::string& path);
  ~JsonlLogger() override;
  void log_hyperparams(const Settings& values) override;
  void log_metrics(const Metrics& values, const LogPlace& place) override;
  void save(serialize::OutputArchive& archive) const override;
  void load(serialize::InputArchive& archive) override;

 private:
  std::unique_ptr<LogFile> file_;
};

}  // namespace hearth::train
