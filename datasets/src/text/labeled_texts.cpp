// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/text/labeled_texts.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "hearth/base/byte_order_mark.h"
#include "hearth/base/error.h"
#include "hearth/data/readers/jsonl.h"

#include "class_folders.h"
#include "listing.h"
#include "text/collector.h"

namespace hearth::datasets {
namespace {

namespace fs = std::filesystem;
using data::readers::Broken;
using data::readers::JsonValue;

constexpr uint64_t kLongestText = uint64_t{1} << 30;

std::string place_of(int64_t line) { return cat_str("line ", line); }

/// The first of the names that there is; `wanted` alone where it isn't the default.
std::string chosen(const std::string& path, const std::string& wanted, const std::string& usual,
                   const std::vector<std::string>& others, const std::vector<std::string>& known) {
  std::vector<std::string> names = {wanted};
  if (wanted == usual) names.insert(names.end(), others.begin(), others.end());
  for (const std::string& name : names)
    if (std::find(known.begin(), known.end(), name) != known.end()) return name;
  std::string all;
  for (const std::string& name : known) all += cat_str(all.empty() ? "" : ", ", name);
  throw ValueError(cat_str("[", path, "] expected a column '", wanted, "', got ", all));
}

struct Columns {
  std::string text, pair;
  /// One; or one for each class.
  std::vector<std::string> labels;
};
Columns columns_of(const std::string& path, const LabeledTextOptions& options,
                   const std::vector<std::string>& known) {
  Columns columns;
  columns.text = chosen(path, options.text(), "text",
                        {"sentence", "review", "content", "sentence1", "premise"}, known);
  for (const std::string& label : options.label_columns())
    columns.labels.push_back(chosen(path, label, "", {}, known));
  if (columns.labels.empty())
    columns.labels.push_back(
        chosen(path, options.label(), "label", {"class", "category", "target", "score"}, known));
  if (!options.pair().empty()) columns.pair = chosen(path, options.pair(), "", {}, known);
  return columns;
}

/// "a, b" -> a, b.
std::vector<std::string> parts_of(std::string_view label, const std::string& separator) {
  std::vector<std::string> parts = listing::split(std::string(label), separator);
  for (std::string& part : parts) {
    part.erase(0, part.find_first_not_of(' '));
    part.erase(part.find_last_not_of(' ') + 1);
  }
  std::erase(parts, "");
  return parts;
}

/// Takes a sample whose labels are `labels`: of as many columns as there are.
void add(Collector& to, const LabeledTextOptions& options, std::string_view text,
         std::optional<std::string_view> pair, const std::vector<std::string_view>& labels,
         const std::string& place) {
  if (!options.label_columns().empty()) {
    std::vector<std::string> classes;
    for (size_t i = 0; i < labels.size(); ++i) {
      const auto says = [&](std::initializer_list<std::string_view> words) {
        return std::find(words.begin(), words.end(), labels[i]) != words.end();
      };
      const bool yes = says({"1", "true", "True", "1.0"});
      if (!yes && !says({"0", "false", "False", "0.0"}))
        return to.refuse(place, cat_str("expected 0 or 1 as ", options.label_columns()[i],
                                        ", got '", labels[i], "'"));
      if (yes) classes.push_back(options.label_columns()[i]);
    }
    return to.add_labels(text, pair, std::move(classes), place);
  }
  const std::string_view label = labels[0];
  if (options.multi_label())
    return to.add_labels(text, pair, parts_of(label, options.separator()), place);
  if (!options.scores()) return to.add(text, pair, label, place);
  const auto score = number_of(label);
  if (!score || !std::isfinite(*score))
    return to.refuse(place, cat_str("expected a number as label, got '", label, "'"));
  to.add_score(text, pair, *score, place);
}

/// The classes that labels must be of; none: those that come.
const std::vector<std::string>& classes_of(const LabeledTextOptions& options) {
  return options.classes().empty() ? options.label_columns() : options.classes();
}

LabeledTexts of_table(const std::string& path, bool tabs, const LabeledTextOptions& options) {
  data::readers::CsvOptions csv;
  csv.broken(options.broken());
  if (tabs) csv.delimiter('\t').quote(0);
  data::readers::CsvReader reader(path, csv);
  const Columns columns = columns_of(path, options, reader.columns());
  const size_t text = reader.column(columns.text);
  std::vector<size_t> labels;
  for (const std::string& label : columns.labels) labels.push_back(reader.column(label));
  std::optional<size_t> pair;
  if (!columns.pair.empty()) pair = reader.column(columns.pair);
  Collector all(path, options.broken(), classes_of(options));
  std::vector<std::string_view> values(labels.size());
  while (const auto* row = reader.next()) {
    for (size_t i = 0; i < labels.size(); ++i) values[i] = (*row)[labels[i]];
    add(all, options, (*row)[text], pair ? std::optional((*row)[*pair]) : std::nullopt, values,
        place_of(reader.line()));
  }
  all.count_broken(reader.broken());
  return all.done();
}

/// A label as text: "1", "true", "sports"; nothing for null.
std::string label_text(const JsonValue& value) {
  switch (value.kind()) {
    case JsonValue::Kind::Null:
      return "";
    case JsonValue::Kind::String:
      return value.string();
    case JsonValue::Kind::Array:
    case JsonValue::Kind::Object:
      throw FormatError(cat_str("expected one label, got ", to_string(value.kind()),
                                "; texts may have several as multi-label data"));
    default:
      return value.dump();
  }
}

LabeledTexts of_json_lines(const std::string& path, const LabeledTextOptions& options) {
  data::readers::JsonlReader reader(path, data::readers::JsonlOptions().broken(options.broken()));
  Collector all(path, options.broken(), classes_of(options));
  std::optional<Columns> columns;
  while (const auto value = reader.next()) {
    const std::string place = place_of(reader.line());
    if (value->kind() != JsonValue::Kind::Object) {
      all.refuse(place, "expected an object");
      continue;
    }
    if (!columns) columns = columns_of(path, options, value->keys());
    try {
      std::optional<std::string> pair;
      if (!columns->pair.empty()) pair = value->at(columns->pair).string();
      const std::string text = value->at(columns->text).string();
      const JsonValue first = value->at(columns->labels[0]);
      if (options.multi_label() && options.label_columns().empty() &&
          first.kind() == JsonValue::Kind::Array) {
        std::vector<std::string> classes;
        for (size_t i = 0; i < first.size(); ++i) classes.push_back(label_text(first.at(i)));
        all.add_labels(text, pair, std::move(classes), place);
        continue;
      }
      std::vector<std::string> labels;
      for (const std::string& label : columns->labels)
        labels.push_back(label_text(value->at(label)));
      add(all, options, text, pair, {labels.begin(), labels.end()}, place);
    } catch (const FormatError& e) {
      all.refuse(place, e.what());
    }
  }
  all.count_broken(reader.broken());
  return all.done();
}

/// fastText's lines: __label__NAME text
LabeledTexts of_lines(const std::string& path, const LabeledTextOptions& options) {
  static constexpr std::string_view kMark = "__label__";
  HEARTH_CHECK_AS(ValueError, options.label_columns().empty(), "[", path,
                  "] expected a table, whose columns say which classes a text has");
  data::readers::LineReader reader(path);
  Collector all(path, options.broken(), options.classes());
  while (const auto line = reader.next()) {
    if (line->empty()) continue;
    const std::string place = place_of(reader.line());
    std::string_view rest = *line;
    if (!rest.starts_with(kMark)) {
      all.refuse(place, "expected '__label__NAME text'");
      continue;
    }
    std::vector<std::string> labels;
    do {
      const size_t end = std::min(rest.find_first_of(" \t"), rest.size());
      labels.emplace_back(rest.substr(kMark.size(), end - kMark.size()));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    } while (options.multi_label() && rest.starts_with(kMark));
    if (options.multi_label()) {
      all.add_labels(rest, std::nullopt, std::move(labels), place);
    } else if (rest.starts_with(kMark)) {
      all.refuse(place, "expected one label, got several; texts may have them as multi-label data");
    } else {
      add(all, options, rest, std::nullopt, {labels[0]}, place);
    }
  }
  return all.done();
}

std::string text_of_file(const std::string& path) {
  std::error_code error;
  const uint64_t size = fs::file_size(path, error);
  HEARTH_CHECK_AS(FileError, !error, "[", path, "] cannot be read: ", error.message());
  HEARTH_CHECK_AS(FormatError, size <= kLongestText, "[", path, "] is too large for a text, ", size,
                  " bytes");
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  HEARTH_CHECK_AS(FileError, file.good() || file.eof(), "[", path, "] cannot be read");
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return std::string(without_byte_order_mark(text, path));
}

LabeledTexts of_files(const std::string& path, const ClassFiles& files, Broken broken,
                      const std::vector<std::string>& classes) {
  Collector all(path, broken, classes);
  for (const LabeledFile& file : files.files) {
    try {
      all.add(text_of_file(file.path), std::nullopt,
              files.classes[static_cast<size_t>(file.target)], file.path);
    } catch (const FileError& e) {
      all.refuse(file.path, e.what());
    }
  }
  return all.done();
}

ClassFolderOptions folder_options() {
  ClassFolderOptions options;
  options.extensions = {".txt"};
  options.what = "texts";
  return options;
}

LabeledTexts of_folder(const std::string& path, const LabeledTextOptions& options) {
  ClassFolderOptions folder = folder_options();
  folder.mode = options.mode();
  folder.whole = options.whole();
  folder.test_share = options.test_share();
  folder.seed = options.seed();
  const ClassFiles files = class_files(path, folder);
  return of_files(path, files, options.broken(),
                  options.classes().empty() ? files.classes : options.classes());
}

}  // namespace

LabeledTexts::LabeledTexts(const std::string& source, std::vector<LabeledText> samples,
                           std::vector<std::string> classes, int64_t broken)
    : classes_(std::move(classes)), broken_(broken) {
  for (const LabeledText& sample : samples)
    HEARTH_CHECK_AS(FormatError,
                    sample.label >= -1 && sample.label < static_cast<int64_t>(classes_.size()), "[",
                    source, "] expected labels below ", classes_.size(), ", got ", sample.label);
  samples_ = std::make_shared<const std::vector<LabeledText>>(std::move(samples));
}

LabeledText LabeledTexts::get(size_t index) {
  HEARTH_CHECK_AS(IndexError, index < samples_->size(), "[get] index ", index, " of a data set of ",
                  samples_->size(), " texts");
  return (*samples_)[index];
}

bool LabeledTexts::pairs() const {
  return !samples_->empty() && samples_->front().pair.has_value();
}

LabeledTexts folder_texts(const std::string& path, const std::vector<std::string>& classes,
                          Broken broken) {
  ClassFolderOptions folder = folder_options();
  folder.whole = true;
  ClassFiles files = class_files(path, folder);
  std::erase_if(files.files, [&](const LabeledFile& file) {
    const std::string& name = files.classes[static_cast<size_t>(file.target)];
    return std::find(classes.begin(), classes.end(), name) == classes.end();
  });
  return of_files(path, files, broken, classes);
}

LabeledTexts labeled_texts(const std::string& path, const LabeledTextOptions& options) {
  HEARTH_CHECK_AS(ValueError, !options.separator().empty(),
                  "[labeled_texts] expected a separator, got nothing");
  std::error_code unknown;
  if (fs::is_directory(path, unknown)) {
    HEARTH_CHECK_AS(ValueError, !options.scores() && !options.multi_label(), "[", path,
                    "] is a folder, whose texts have a class each; expected a file");
    return of_folder(path, options);
  }
  std::string name = fs::path(path).filename();
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  if (name.ends_with(".csv")) return of_table(path, false, options);
  if (name.ends_with(".tsv")) return of_table(path, true, options);
  if (name.ends_with(".txt")) return of_lines(path, options);
  for (const char* ending : {".jsonl", ".ndjson", ".json"})
    if (name.ends_with(ending)) return of_json_lines(path, options);
  HEARTH_CHECK_AS(FileError, fs::exists(path, unknown), "[", path, "] does not exist");
  throw ValueError(
      cat_str("[", path, "] expected a folder of classes, or a .csv, .tsv, .jsonl or .txt file"));
}

}  // namespace hearth::datasets
