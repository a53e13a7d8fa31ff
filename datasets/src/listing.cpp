// SPDX-License-Identifier: Apache-2.0
#include "listing.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "hearth/base/error.h"
#include "hearth/data/readers/lines.h"

namespace hearth::datasets::listing {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> names(const std::string& folder, const std::string& ending, bool folders) {
  std::vector<std::string> all;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code unknown;
    if (!name.starts_with('.') && name.ends_with(ending) && it->is_directory(unknown) == folders)
      all.push_back(name);
  }
  HEARTH_CHECK_AS(FileError, !error, "[", folder, "] cannot be read: ", error.message());
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

std::vector<std::string> files(const std::string& folder, const std::string& ending) {
  return names(folder, ending, false);
}
std::vector<std::string> folders(const std::string& folder) { return names(folder, "", true); }

std::vector<std::string> lines(const std::string& path) {
  std::vector<std::string> all;
  data::readers::LineReader reader(path, 1 << 20);
  while (const auto line = reader.next())
    if (!line->empty()) all.emplace_back(*line);
  return all;
}

int64_t number(const std::string& text, const std::string& path) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  HEARTH_CHECK_AS(FormatError, error == std::errc() && end == text.data() + text.size(), "[", path,
                  "] expected a number, got '", text, "'");
  return value;
}

std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  for (size_t at = 0;;) {
    const size_t end = text.find(separator, at);
    parts.push_back(text.substr(at, end - at));
    if (end == std::string::npos) return parts;
    at = end + separator.size();
  }
}

}  // namespace hearth::datasets::listing
