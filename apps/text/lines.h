// SPDX-License-Identifier: Apache-2.0
// Texts that commands read, one a line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/data/readers/lines.h"

inline constexpr char kTextFilesHelp[] =
    "Text files, one text a line, plain or gzipped; stdin if there is none, or -";

/// The lines of files, or of stdin if none is named, one after another. What is no UTF-8 becomes
/// U+FFFD; how much that was is said on stderr at the end.
class TextLines {
 public:
  explicit TextLines(std::vector<std::string> files);
  /// Without its end, valid until the next call; nothing after the last.
  std::optional<std::string_view> next();
  /// All that are left.
  std::vector<std::string> rest();
  /// Pieces that were replaced.
  int64_t replaced() const { return replaced_; }

 private:
  std::vector<std::string> files_;
  size_t file_ = 0;
  std::optional<hearth::data::readers::LineReader> reader_;
  std::string repaired_;
  int64_t replaced_ = 0, reported_ = 0;
};
