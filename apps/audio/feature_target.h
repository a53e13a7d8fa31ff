// SPDX-License-Identifier: Apache-2.0
// Where commands write features, and in which format.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hearth/audio/feature_files/feature_writer.h"

#include "common/options.h"

/// How numbers are written: the options --compression, --text and --dtype.
class FeatureEncoding {
 public:
  void declare(OptionList& options);
  hearth::audio::FeatureWriterOptions get() const;

 private:
  std::optional<std::string> compression_, dtype_;
  bool text_ = false;
};

class FeatureTarget {
 public:
  void declare(OptionList& options);
  /// Opens `target`; the format follows from its ending, unless --format names one. `columns` are
  /// the names of the dimensions, `period` the seconds from a frame to the next unless --period
  /// says them. Throws UsageError, and FileError when there is something already and --overwrite is
  /// not given.
  void open(const std::string& target, std::vector<std::string> columns = {},
            std::optional<double> period = std::nullopt);
  void write(const hearth::audio::FeatureEntry& entry);
  void close() { writer_->close(); }
  /// How many were written.
  int64_t count() const { return count_; }

 private:
  void refuse_what_is_there(const std::string& path) const;

  std::optional<std::string> format_, kind_;
  std::optional<double> period_;
  FeatureEncoding encoding_;
  bool overwrite_ = false, own_files_ = false;
  std::optional<hearth::audio::FeatureWriter> writer_;
  int64_t count_ = 0;
};
