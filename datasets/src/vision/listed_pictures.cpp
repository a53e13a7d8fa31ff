// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/listed_pictures.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <initializer_list>
#include <optional>

#include "hearth/base/error.h"
#include "hearth/datasets/vision/picture_files.h"

#include "vision/checked.h"
#include "vision/choose.h"

namespace hearth::datasets {
namespace {

namespace fs = std::filesystem;
using data::readers::CsvOptions;
using data::readers::CsvReader;

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// The column with one of these names.
std::optional<size_t> column(const CsvReader::Row& row, std::initializer_list<const char*> names) {
  for (size_t i = 0; i < row.size(); ++i)
    for (const char* name : names)
      if (lowered(row[i]) == name) return i;
  return std::nullopt;
}

struct Columns {
  size_t path = 0, label = 1;
  std::optional<size_t> split;
  bool header = false;

  Columns(const CsvReader::Row& first, const std::string& list, const PictureOptions& options) {
    const auto named = column(first, {"path", "file", "filename", "file_name", "filepath",
                                      "file_path", "image", "image_path", "img"});
    const auto labels = column(first, {"label", "class", "class_name", "category", "target"});
    if (named && labels) {
      header = true;
      path = *named;
      label = *labels;
      split = column(first, {"split", "part", "subset", "set"});
      return;
    }
    const auto& endings =
        options.extensions().empty() ? picture_extensions() : options.extensions();
    const std::string ending = lowered(fs::path(first[0]).extension().string());
    HEARTH_CHECK_AS(
        FormatError,
        first.size() >= 2 && std::find(endings.begin(), endings.end(), ending) != endings.end(),
        "[", list,
        "] expected a first line that names the columns path and label, or one with a "
        "picture's path and its label, got '",
        first[0].substr(0, 60), "'");
  }
};

}  // namespace

std::shared_ptr<vision::PictureSource> listed_pictures(const std::string& path, Mode mode,
                                                       const PictureOptions& options) {
  const std::string plain = path.ends_with(".gz") ? path.substr(0, path.size() - 3) : path;
  constexpr size_t kLongest = 1 << 20;
  CsvOptions form = CsvOptions().header(false).broken(options.broken()).longest_row(kLongest);
  if (plain.ends_with(".tsv")) form.delimiter('\t');
  CsvReader rows(path, form);
  const fs::path folder = fs::path(path).parent_path();
  Refusals refusals(path, options.broken());
  Named all;
  std::optional<Columns> columns;
  while (const CsvReader::Row* row = rows.next()) {
    if (!columns) {
      columns.emplace(*row, path, options);
      if (columns->header) continue;
    }
    const std::string_view name = (*row)[columns->path], label = (*row)[columns->label];
    const std::string place = cat_str("line ", rows.line());
    const std::string file = (folder / name).string();
    std::error_code unknown;
    if (name.empty() || label.empty()) {
      refusals.add(place, name.empty() ? "has no path" : "has no label");
    } else if (!fs::is_regular_file(file, unknown)) {
      refusals.add(place, cat_str("there is no file ", file));
    } else {
      all.names.push_back(file);
      all.labels.emplace_back(label);
      if (columns->split) all.parts.push_back(lowered((*row)[*columns->split]));
    }
  }
  refusals.count(rows.broken());
  refusals.tell();
  HEARTH_CHECK_AS(FormatError, !all.names.empty(), "[", path, "] names no picture");
  Chosen chosen = choose(path, all, mode, options);
  std::vector<PictureFile> files;
  for (size_t i = 0; i < chosen.rows.size(); ++i)
    files.push_back({std::move(all.names[chosen.rows[i]]), chosen.targets[i]});
  return checked(path,
                 std::make_shared<PictureFiles>(path, std::move(files), std::move(chosen.classes)),
                 options);
}

}  // namespace hearth::datasets
