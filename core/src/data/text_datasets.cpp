// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/text_datasets.h"

#include "hearth/base/error.h"

namespace hearth::data {

using readers::CsvReader;
using readers::JsonlReader;
using readers::LineReader;

LineDataset::LineDataset(std::vector<std::string> files, const IterableOptions& options)
    : IterableDataset(options), files_(std::move(files)) {}
LineDataset::~LineDataset() = default;

std::shared_ptr<RecordReader<std::string>> LineDataset::reader() const {
  return std::make_shared<FilesReader<LineReader, std::string>>(
      files_, [](const std::string& path) { return std::make_unique<LineReader>(path); },
      [](LineReader& lines) -> std::optional<std::string> {
        const auto line = lines.next();
        if (!line) return std::nullopt;
        return std::string(*line);
      });
}

CsvDataset::CsvDataset(std::vector<std::string> files, const readers::CsvOptions& csv,
                       const IterableOptions& options)
    : IterableDataset(options), files_(std::move(files)), csv_(csv) {}
CsvDataset::~CsvDataset() = default;

std::vector<std::string> CsvDataset::columns() const {
  if (files_.empty()) return {};
  return CsvReader(files_.front(), csv_).columns();
}

std::shared_ptr<RecordReader<std::vector<std::string>>> CsvDataset::reader() const {
  // A column means the same in every file.
  const auto open = [csv = csv_, first = std::optional<std::vector<std::string>>(),
                     path_of_first =
                         files_.empty() ? "" : files_.front()](const std::string& path) mutable {
    auto rows = std::make_unique<CsvReader>(path, csv);
    if (!first)
      first = path == path_of_first ? rows->columns() : CsvReader(path_of_first, csv).columns();
    HEARTH_CHECK_AS(FormatError, rows->columns() == *first, "[", path, "] has other columns than ",
                    path_of_first);
    return rows;
  };
  return std::make_shared<FilesReader<CsvReader, std::vector<std::string>>>(
      files_, open, [broken = broken_](CsvReader& rows) -> std::optional<std::vector<std::string>> {
        const int64_t before = rows.broken();
        const auto* row = rows.next();
        *broken += rows.broken() - before;
        if (!row) return std::nullopt;
        return std::vector<std::string>(row->begin(), row->end());
      });
}

JsonlDataset::JsonlDataset(std::vector<std::string> files, const readers::JsonlOptions& json,
                           const IterableOptions& options)
    : IterableDataset(options), files_(std::move(files)), json_(json) {}
JsonlDataset::~JsonlDataset() = default;

std::shared_ptr<RecordReader<JsonLine>> JsonlDataset::reader() const {
  return std::make_shared<FilesReader<JsonlReader, JsonLine>>(
      files_,
      [json = json_](const std::string& path) { return std::make_unique<JsonlReader>(path, json); },
      [broken = broken_](JsonlReader& lines) -> std::optional<JsonLine> {
        const int64_t before = lines.broken();
        const auto line = lines.next_line();
        *broken += lines.broken() - before;
        if (!line) return std::nullopt;
        return JsonLine{std::string(*line), lines.place()};
      });
}

readers::JsonValue JsonlDataset::make(const JsonLine& line) {
  return readers::JsonValue(line.text, line.place);
}

}  // namespace hearth::data
