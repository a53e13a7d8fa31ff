// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "hearth/audio/manifests/kaldi_data.h"
#include "hearth/base/error.h"
#include "hearth/data/readers/lines.h"

#include "manifests/columns.h"

namespace hearth::audio {

using data::readers::CsvOptions;
using data::readers::CsvReader;
using data::readers::LineReader;

namespace {

std::string first_line(const std::string& path) {
  LineReader lines(path, 1 << 20);
  const auto line = lines.next();
  return std::string(line.value_or(""));
}

CsvOptions table_options(const std::string& header) {
  const bool tabs = header.find('\t') != std::string::npos;
  return tabs ? CsvOptions().delimiter('\t').quote(0) : CsvOptions();
}

auto among(const std::vector<std::string>& columns) {
  return [&](std::string_view name) {
    return std::find(columns.begin(), columns.end(), name) != columns.end();
  };
}

}  // namespace

std::vector<Utterance> read_table(const std::string& path, const ManifestOptions& options) {
  const manifests::Columns columns(options);
  const manifests::Paths paths(path, options, true);
  CsvReader reader(path, table_options(first_line(path)).longest_row(1 << 24));
  const std::vector<std::string>& header = reader.columns();
  HEARTH_CHECK_AS(FormatError, columns.find("path", among(header)), "[", path,
                  "] expected a column with paths of sound files (path, audio_filepath, wav, "
                  "filename ...); say which it is, or give it such a name");
  for (const auto& [field, column] : options.columns())
    HEARTH_CHECK_AS(FormatError, among(header)(column), "[", path, "] has no column '", column,
                    "', which shall be the ", field);
  manifests::Utterances utterances;
  while (const CsvReader::Row* row = reader.next())
    columns.add(
        [&](std::string_view name) -> std::optional<std::string> {
          const auto at = std::find(header.begin(), header.end(), name);
          if (at == header.end()) return std::nullopt;
          return std::string((*row)[static_cast<size_t>(at - header.begin())]);
        },
        paths, cat_str(path, ": line ", reader.line()), utterances);
  return std::move(utterances.all);
}

std::vector<Utterance> read_manifest(const std::string& path, const ManifestOptions& options) {
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) {
    HEARTH_CHECK_AS(FormatError, std::filesystem::exists(path + "/wav.scp", unknown), "[", path,
                    "] expected a Kaldi data directory, but the folder has no wav.scp");
    return read_kaldi_data(path, options);
  }
  const std::string line = first_line(path);
  if (manifests::trimmed(line).starts_with('{')) return read_jsonl(path, options);
  // A header has a column of paths; an id of that name would have to be the first one.
  const manifests::Columns columns(options);
  bool is_table = false;
  if (line.find_first_of(",\t") != std::string::npos)
    is_table =
        columns.find("path", among(CsvReader(path, table_options(line)).columns())).has_value();
  if (!is_table &&
      columns.find("path", [&](std::string_view name) { return manifests::trimmed(line) == name; }))
    is_table = true;
  return is_table ? read_table(path, options) : read_wav_scp(path, options);
}

}  // namespace hearth::audio
