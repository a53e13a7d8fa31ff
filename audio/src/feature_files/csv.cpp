// SPDX-License-Identifier: Apache-2.0
#include "feature_files/csv.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "hearth/base/error.h"
#include "hearth/data/readers/lines.h"
#include "hearth/ops/creation.h"

namespace hearth::audio::feature_files {

namespace {

std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string out = "\"";
  for (const char c : field) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

template <typename T>
void append_number(std::string& to, T value) {
  std::array<char, 32> digits;
  to.append(digits.data(), std::to_chars(digits.begin(), digits.end(), value).ptr);
}

bool parse(std::string_view field, float& value) {
  if (field.starts_with('+')) field.remove_prefix(1);
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error == std::errc::result_out_of_range)
    value = std::strtof(std::string(field).c_str(), nullptr);
  return end == field.data() + field.size() && !field.empty() &&
         error != std::errc::invalid_argument;
}

template <typename T>
void append_rows(std::string& out, const Tensor& values, const std::string& before,
                 std::optional<double> period) {
  const T* x = values.data_ptr<const T>();
  const int64_t frames = values.size(0), columns = values.size(1);
  for (int64_t t = 0; t < frames; ++t) {
    out += before;
    if (period)
      append_number(out, static_cast<double>(t) * *period);
    else
      append_number(out, t);
    for (int64_t c = 0; c < columns; ++c) {
      out += ',';
      append_number(out, *x++);
    }
    out += '\n';
  }
}

}  // namespace

std::string csv_header(int64_t columns, const std::vector<std::string>& names, bool table,
                       bool time) {
  HEARTH_CHECK_AS(ShapeError, names.empty() || static_cast<int64_t>(names.size()) == columns,
                  "[csv] features have ", columns, " dimensions, ", names.size(),
                  " columns are named");
  std::string header = table ? "id," : "";
  header += time ? "time" : "frame";
  for (int64_t c = 0; c < columns; ++c)
    header += ',' + (names.empty() ? std::to_string(c) : quoted(names[static_cast<size_t>(c)]));
  return header + '\n';
}

std::string csv_rows(const Tensor& values, const std::string* id, std::optional<double> period) {
  const std::string before = id ? quoted(*id) + ',' : "";
  std::string out;
  if (id && values.size(0) == 0)
    return before + std::string(static_cast<size_t>(values.size(1)), ',') + '\n';
  if (values.scalar_type() == kDouble)
    append_rows<double>(out, values, before, period);
  else
    append_rows<float>(out, values.to(kFloat), before, period);
  return out;
}

CsvFeatures::CsvFeatures(const std::string& path, std::string id)
    : path_(path),
      id_(std::move(id)),
      rows_(std::make_unique<data::readers::CsvReader>(
          path, data::readers::CsvOptions().header(false).longest_row(1 << 26))) {
  const auto* row = rows_->next();
  if (!row) bad("expected a header or numbers, the file is empty");
  // A header has a field that is no number.
  float number = 0;
  bool header = false;
  for (const std::string_view field : *row) header = header || !parse(field, number);
  if (header && (*row)[0] == "id") {
    table_ = true;
    first_ = 1;
  }
  if (header && first_ < row->size() && ((*row)[first_] == "frame" || (*row)[first_] == "time"))
    ++first_;
  columns_ = row->size() - first_;
  if (!header) {
    for (const std::string_view field : *row) {
      parse(field, number);
      row_.push_back(number);
    }
    waiting_ = true;
  } else {
    waiting_ = read_row();
  }
}
CsvFeatures::~CsvFeatures() = default;

void CsvFeatures::bad(const std::string& what) const {
  throw FormatError(cat_str("[", path_, ": line ", rows_->line(), "] ", what));
}

bool CsvFeatures::read_row() {
  const auto* row = rows_->next();
  if (!row) return false;
  row_.clear();
  if (table_) row_id_ = (*row)[0];
  no_frame_ = table_ && row->back().empty();
  if (no_frame_) return true;
  for (size_t i = first_; i < row->size(); ++i) {
    float value = 0;
    if (!parse((*row)[i], value))
      bad(cat_str("expected a number, got '", (*row)[i].substr(0, 60), "'"));
    row_.push_back(value);
  }
  return true;
}

std::optional<FeatureEntry> CsvFeatures::next() {
  // A file without rows is a recording without frames; a table without rows has none.
  if (!waiting_ && (table_ || given_)) return std::nullopt;
  given_ = true;
  FeatureEntry entry{table_ ? row_id_ : id_, {}};
  std::vector<float> values;
  int64_t frames = 0;
  while (waiting_ && (!table_ || row_id_ == entry.id)) {
    frames += !no_frame_;
    values.insert(values.end(), row_.begin(), row_.end());
    waiting_ = read_row();
  }
  entry.values = empty({frames, static_cast<int64_t>(columns_)}, kFloat);
  if (!values.empty())
    std::memcpy(entry.values.data_ptr(), values.data(), values.size() * sizeof(float));
  return entry;
}

}  // namespace hearth::audio::feature_files
