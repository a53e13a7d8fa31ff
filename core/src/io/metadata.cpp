// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/metadata.h"

#include <charconv>
#include <cmath>

#include "hearth/base/error.h"

namespace hearth::safetensors {
namespace {

std::vector<std::string> split(const std::string& s) {
  std::vector<std::string> parts(1);
  for (const char c : s) {
    if (c == '\n') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

/// What join_lines was given; a backslash before anything else is itself.
std::string without_escapes(const std::string& line) {
  std::string s;
  for (size_t i = 0; i < line.size(); ++i) {
    const char next = line[i] == '\\' && i + 1 < line.size() ? line[i + 1] : '\0';
    const bool escaped = next == 'n' || next == '\\';
    s += escaped ? (next == 'n' ? '\n' : '\\') : line[i];
    i += escaped;
  }
  return s;
}

}  // namespace

std::string join_lines(const std::vector<std::string>& parts) {
  std::string s;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) s += '\n';
    for (const char c : parts[i]) {
      if (c == '\n')
        s += "\\n";
      else if (c == '\\')
        s += "\\\\";
      else
        s += c;
    }
  }
  return s;
}

std::string join_numbers(const std::vector<double>& values) {
  std::vector<std::string> parts;
  for (const double v : values) {
    char text[32];
    parts.emplace_back(text, std::to_chars(text, text + sizeof text, v).ptr);
  }
  return join_lines(parts);
}

MetadataReader::MetadataReader(std::string path, Metadata metadata, std::string expected)
    : path_(std::move(path)), metadata_(std::move(metadata)), expected_(std::move(expected)) {}

const std::string& MetadataReader::text(const std::string& key) const {
  const auto found = metadata_.find(key);
  HEARTH_CHECK_AS(FormatError, found != metadata_.end(), "[", path_, "] metadata lack '", key,
                  "'; expected ", expected_);
  return found->second;
}

std::vector<std::string> MetadataReader::lines(const std::string& key, int64_t most) const {
  std::vector<std::string> parts = split(text(key));
  HEARTH_CHECK_AS(FormatError, static_cast<int64_t>(parts.size()) <= most, "[", path_,
                  "] metadata '", key, "' has ", parts.size(), " entries, expected at most ", most);
  for (std::string& part : parts) part = without_escapes(part);
  return parts;
}

double MetadataReader::number(const std::string& key) const { return parse(key, text(key)); }

int64_t MetadataReader::integer(const std::string& key, int64_t least, int64_t largest) const {
  const double v = number(key);
  HEARTH_CHECK_AS(
      FormatError,
      v >= static_cast<double>(least) && v <= static_cast<double>(largest) && v == std::floor(v),
      "[", path_, "] metadata '", key, "' is ", text(key), ", expected ", least, " to ", largest);
  return static_cast<int64_t>(v);
}

std::vector<double> MetadataReader::numbers(const std::string& key) const {
  std::vector<double> values;
  for (const std::string& part : split(text(key))) values.push_back(parse(key, part));
  return values;
}

double MetadataReader::parse(const std::string& key, const std::string& s) const {
  double v = 0;
  const char* const end = s.data() + s.size();
  const auto result = std::from_chars(s.data(), end, v);
  HEARTH_CHECK_AS(FormatError, result.ec == std::errc() && result.ptr == end && std::isfinite(v),
                  "[", path_, "] metadata '", key, "' holds '", s, "', expected a number");
  return v;
}

}  // namespace hearth::safetensors
