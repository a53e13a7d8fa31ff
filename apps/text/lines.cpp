// SPDX-License-Identifier: Apache-2.0
#include "text/lines.h"

#include <utility>

#include <fmt/format.h>

#include "hearth/text/utf8.h"

#include "common/command.h"
#include "common/text.h"

TextLines::TextLines(std::vector<std::string> files) : files_(std::move(files)) {
  if (files_.empty()) files_.emplace_back("-");
}

std::optional<std::string_view> TextLines::next() {
  for (; file_ < files_.size(); ++file_, reader_.reset()) {
    if (!reader_) reader_.emplace(files_[file_]);
    const auto line = reader_->next();
    if (!line) continue;
    if (hearth::text::unicode::find_invalid(*line) == line->size()) return line;
    int64_t count = 0;
    repaired_ = hearth::text::unicode::replace_invalid(*line, &count);
    replaced_ += count;
    return repaired_;
  }
  if (const int64_t replaced = std::exchange(reported_, replaced_); replaced != replaced_)
    note(fmt::format("{} {} no UTF-8; U+FFFD stands there instead", counted(replaced_, "piece"),
                     replaced_ == 1 ? "was" : "were"));
  return std::nullopt;
}

std::vector<std::string> TextLines::rest() {
  std::vector<std::string> lines;
  while (const auto line = next()) lines.emplace_back(*line);
  return lines;
}
