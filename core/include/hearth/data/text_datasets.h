// SPDX-License-Identifier: Apache-2.0
// Text files, larger than memory, as data sets: lines, rows of CSV, lines of JSON.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "hearth/data/iterable.h"
#include "hearth/data/readers/jsonl.h"
#include "hearth/data/readers/lines.h"

namespace hearth::data {

/// The lines of files, in order, plain or gzipped:
///
///     auto loader = make_data_loader(LineDataset({"a.txt", "b.txt.gz"}).map(Tokenize()),
///                                    DataLoaderOptions(64).workers(4));
class HEARTH_API LineDataset : public IterableDataset<LineDataset, std::string> {
 public:
  explicit LineDataset(std::vector<std::string> files, const IterableOptions& options = {});
  ~LineDataset() override;
  std::shared_ptr<RecordReader<std::string>> reader() const override;
  std::string make(const std::string& line) override { return line; }

 private:
  std::vector<std::string> files_;
};

/// The rows of files of comma-separated values, each with its fields as text (see CsvReader).
class HEARTH_API CsvDataset : public IterableDataset<CsvDataset, std::vector<std::string>> {
 public:
  explicit CsvDataset(std::vector<std::string> files, const readers::CsvOptions& csv = {},
                      const IterableOptions& options = {});
  ~CsvDataset() override;
  std::shared_ptr<RecordReader<std::vector<std::string>>> reader() const override;
  std::vector<std::string> make(const std::vector<std::string>& row) override { return row; }
  /// The names in the header of the first file. Others must have the same; reading them says where
  /// not.
  std::vector<std::string> columns() const;
  /// Rows left out so far, also by loaders of copies of this.
  int64_t broken() const { return *broken_; }

 private:
  std::vector<std::string> files_;
  readers::CsvOptions csv_;
  std::shared_ptr<std::atomic<int64_t>> broken_ = std::make_shared<std::atomic<int64_t>>(0);
};

/// A line of a file of JSON lines, and where it is.
struct JsonLine {
  std::string text, place;
};

/// The values of files of JSON lines; workers parse them. With Broken::Skip the reading thread
/// looks at each line first, so that batches are whole and the same for any number of workers.
class HEARTH_API JsonlDataset : public IterableDataset<JsonlDataset, readers::JsonValue, JsonLine> {
 public:
  explicit JsonlDataset(std::vector<std::string> files, const readers::JsonlOptions& json = {},
                        const IterableOptions& options = {});
  ~JsonlDataset() override;
  std::shared_ptr<RecordReader<JsonLine>> reader() const override;
  readers::JsonValue make(const JsonLine& line) override;
  /// Lines left out so far, also by loaders of copies of this.
  int64_t broken() const { return *broken_; }

 private:
  std::vector<std::string> files_;
  readers::JsonlOptions json_;
  std::shared_ptr<std::atomic<int64_t>> broken_ = std::make_shared<std::atomic<int64_t>>(0);
};

}  // namespace hearth::data
