// SPDX-License-Identifier: Apache-2.0
// What commands do with each line of texts: say something of it, a line or a value of JSON.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/progress.h"

#include "common/command.h"
#include "common/json.h"
#include "text/lines.h"

/// Texts, and how something is said of them.
struct EachLine {
  std::vector<std::string> files;
  /// What the JSON names.
  std::string model;
  /// One object, {"model", "results"}, in place of a line for each line.
  bool json = false;
  /// How many texts `run` gets at once, and what progress calls that.
  size_t at_once = 1;
  const char* label = "";
};

/// `run` gets some lines that are not empty and gives a result for each; `describe(result, line)`
/// writes the line and returns the value. Of an empty line an empty one is said, and null.
template <typename Run, typename Describe>
void print_each_line(const EachLine& how, const Run& run, const Describe& describe) {
  hearth::Progress progress(hearth::ProgressOptions(how.label).unit("texts"));
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  std::vector<std::string> read, texts;
  const auto work = [&] {
    const auto results = texts.empty() ? decltype(run(texts))() : run(texts);
    size_t next = 0;
    for (const std::string& text : read) {
      std::string line;
      nlohmann::ordered_json value;
      if (!text.empty()) value = describe(results.at(next++), line);
      if (how.json)
        all.push_back(std::move(value));
      else
        say(stdout, line + "\n");
    }
    progress.advance(static_cast<int64_t>(read.size()));
    read.clear();
    texts.clear();
  };
  TextLines lines(how.files);
  while (const auto line = lines.next()) {
    read.emplace_back(*line);
    if (!line->empty()) texts.emplace_back(*line);
    if (texts.size() == how.at_once || read.size() == 1000) work();
  }
  work();
  if (how.json) print_json({{"model", how.model}, {"results", std::move(all)}});
}
