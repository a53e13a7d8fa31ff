// SPDX-License-Identifier: Apache-2.0
// What commands do with each line of a text, some at a time.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/progress.h"

#include "text/lines.h"

/// Reads lines; `run` gets up to `at_once` of them that are not empty and gives a result for each;
/// `print` gets every line in its order with its result, none for an empty line.
template <typename Result, typename Run, typename Print>
void each_line(TextLines& lines, size_t at_once, const char* label, const Run& run,
               const Print& print) {
  hearth::Progress progress(hearth::ProgressOptions(label).unit("texts"));
  std::vector<std::string> read, texts;
  const auto work = [&] {
    const std::vector<Result> results = texts.empty() ? std::vector<Result>() : run(texts);
    size_t next = 0;
    for (const std::string& line : read) print(line, line.empty() ? nullptr : &results.at(next++));
    progress.advance(static_cast<int64_t>(read.size()));
    read.clear();
    texts.clear();
  };
  while (const auto line = lines.next()) {
    read.emplace_back(*line);
    if (!line->empty()) texts.emplace_back(*line);
    if (texts.size() == at_once || read.size() == 1000) work();
  }
  work();
}
