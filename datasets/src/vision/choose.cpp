// SPDX-License-Identifier: Apache-2.0
#include "vision/choose.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "hearth/base/error.h"
#include "hearth/data/class_balance.h"

#include "class_names.h"

namespace hearth::datasets {
namespace {

/// A label that is no class's name may be its number.
int64_t as_number(const std::string& label, const std::vector<std::string>& classes) {
  int64_t value = -1;
  const char* end = label.data() + label.size();
  const auto [last, error] = std::from_chars(label.data(), end, value);
  const bool fits = error == std::errc() && last == end && value >= 0 &&
                    value < static_cast<int64_t>(classes.size());
  return fits ? value : -1;
}

std::vector<size_t> rows_of(const std::string& part, const std::vector<std::string>& parts) {
  std::vector<size_t> rows;
  for (size_t i = 0; i < parts.size(); ++i)
    if (parts[i] == part) rows.push_back(i);
  return rows;
}

}  // namespace

std::string test_part(const std::vector<std::string>& parts) {
  for (const char* name : {"val", "test", "valid", "validation"})
    if (std::find(parts.begin(), parts.end(), name) != parts.end()) return name;
  return "";
}

Chosen choose(const std::string& origin, const Named& all, Mode mode,
              const PictureOptions& options) {
  Chosen chosen;
  chosen.classes = options.classes();
  std::vector<int64_t> targets = index_labels(all.labels, chosen.classes);
  for (size_t i = 0; i < targets.size(); ++i) {
    if (targets[i] < 0) targets[i] = as_number(all.labels[i], chosen.classes);
    HEARTH_CHECK_AS(FormatError, targets[i] >= 0, "[", origin, "] ", all.names[i],
                    ": there is no class '", all.labels[i], "' among ", chosen.classes.size());
  }
  const std::string test = test_part(all.parts);
  if (!options.split().empty()) {
    chosen.rows = rows_of(options.split(), all.parts);
    HEARTH_CHECK_AS(FileError, !chosen.rows.empty(), "[", origin, "] has no part '",
                    options.split(), "'");
  } else if (!test.empty()) {
    chosen.rows = rows_of(mode == Mode::kTest ? test : "train", all.parts);
    HEARTH_CHECK_AS(FileError, !chosen.rows.empty(), "[", origin, "] has no part 'train' beside '",
                    test, "'");
  } else if (options.whole()) {
    chosen.rows.resize(targets.size());
    std::iota(chosen.rows.begin(), chosen.rows.end(), size_t{0});
  } else {
    data::StratifiedSplit split =
        data::stratified_split(targets, options.test_share(), options.seed());
    chosen.rows = std::move(mode == Mode::kTest ? split.test : split.train);
  }
  for (const size_t row : chosen.rows) chosen.targets.push_back(targets[row]);
  return chosen;
}

void Refusals::add(const std::string& place, const std::string& why) {
  const std::string text = cat_str("[", origin_, "] ", place, ": ", why);
  HEARTH_CHECK_AS(FormatError, policy_ == data::readers::Broken::Skip, text);
  if (count_++ == 0) first_ = text;
}

void Refusals::tell() const {
  if (count_ > 0)
    Progress::print(cat_str("left out ", count_, " entries of ", origin_,
                            first_.empty() ? "" : "; the first: ", first_));
}

}  // namespace hearth::datasets
