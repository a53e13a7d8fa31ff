// SPDX-License-Identifier: Apache-2.0
#include "hearth/train/loggers/csv_logger.h"

#include <algorithm>
#include <charconv>

#include "hearth/io/archive.h"

#include "train/loggers/log_file.h"

namespace hearth::train {

namespace {

constexpr const char* kFirst[] = {"step", "epoch", "elapsed", "epoch_end"};

/// As RFC 4180 has it.
std::string quoted(const std::string& name) {
  if (name.find_first_of(",\"\r\n") == std::string::npos) return name;
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

/// The names of a header.
std::vector<std::string> names(const std::string& line) {
  std::vector<std::string> all(1);
  bool inside = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      if (inside && i + 1 < line.size() && line[i + 1] == '"') {
        all.back() += line[++i];
      } else {
        inside = !inside;
      }
    } else if (line[i] == ',' && !inside) {
      all.emplace_back();
    } else {
      all.back() += line[i];
    }
  }
  return all;
}

std::string shortest(double value) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
}

std::string header(const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& name : columns) text += (text.empty() ? "" : ",") + quoted(name);
  return text + "\n";
}

}  // namespace

CsvLogger::CsvLogger(const std::string& path) : file_(std::make_unique<LogFile>(path)) {}
CsvLogger::~CsvLogger() = default;

/// Makes columns for all names.
void CsvLogger::widen(const Metrics& values) {
  const size_t before = columns_.size();
  if (columns_.empty()) columns_.assign(std::begin(kFirst), std::end(kFirst));
  for (const auto& [name, value] : values)
    if (name.find('\n') == std::string::npos &&
        std::find(columns_.begin(), columns_.end(), name) == columns_.end())
      columns_.push_back(name);
  if (columns_.size() == before) return;
  if (before == 0) return file_->append(header(columns_));
  // Lines that are there get empty fields. They hold numbers only, so commas end fields.
  const std::string old = file_->read();
  const std::string more(columns_.size() - before, ',');
  std::string text = header(columns_);
  for (size_t at = old.find('\n') + 1; at < old.size();) {
    const size_t end = std::min(old.find('\n', at), old.size());
    text.append(old, at, end - at).append(more).append("\n");
    at = end + 1;
  }
  file_->replace(text);
}

void CsvLogger::log_metrics(const Metrics& values, const LogPlace& place) {
  widen(values);
  std::string line = std::to_string(place.step) + "," + std::to_string(place.epoch) + "," +
                     shortest(place.elapsed) + "," + (place.epoch_end ? "1" : "0");
  for (size_t i = std::size(kFirst); i < columns_.size(); ++i) {
    line += ",";
    if (const auto found = values.find(columns_[i]); found != values.end())
      line += shortest(found->second);
  }
  file_->append(line + "\n");
  ++rows_;
}

void CsvLogger::save(serialize::OutputArchive& archive) const { archive.write("rows", rows_); }

void CsvLogger::load(serialize::InputArchive& archive) {
  archive.read("rows", rows_);
  // Columns that came after the checkpoint are in the file, and stay.
  const std::string text = file_->read();
  size_t end = 0;
  int64_t lines = 0;
  for (size_t at; lines < rows_ + 1 && (at = text.find('\n', end)) != std::string::npos; ++lines)
    end = at + 1;
  columns_ = lines > 0 ? names(text.substr(0, text.find('\n'))) : std::vector<std::string>();
  rows_ = std::max<int64_t>(lines - 1, 0);
  file_->continue_at(static_cast<int64_t>(end));
}

}  // namespace hearth::train
