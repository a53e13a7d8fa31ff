// SPDX-License-Identifier: Apache-2.0
// Features as comma-separated values: a row for each frame, and a header.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/audio/feature_files/feature_reader.h"

namespace hearth::data::readers {
class CsvReader;
}

namespace hearth::audio::feature_files {

/// "id,frame,0,1,2\n"; the id only in tables. Throws ShapeError for another number of names than
/// columns, unless there are none.
std::string csv_header(int64_t columns, const std::vector<std::string>& names, bool table,
                       bool time);
/// The rows of [frames, dimensions]. A matrix without frames has in tables a row of its id alone.
std::string csv_rows(const Tensor& values, const std::string* id, std::optional<double> period);

/// Reads both, and numbers without a header. Columns "id", "frame" and "time" in front are none of
/// the features'.
class CsvFeatures {
 public:
  /// `id` is that of a file that names none.
  CsvFeatures(const std::string& path, std::string id);
  ~CsvFeatures();
  std::optional<FeatureEntry> next();

 private:
  bool read_row();
  [[noreturn]] void bad(const std::string& what) const;

  std::string path_, id_;
  std::unique_ptr<data::readers::CsvReader> rows_;
  bool table_ = false, given_ = false, waiting_ = false;
  size_t first_ = 0, columns_ = 0;  ///< of the features
  // The row that was read last.
  std::string row_id_;
  std::vector<float> row_;
  bool no_frame_ = false;
};

}  // namespace hearth::audio::feature_files
