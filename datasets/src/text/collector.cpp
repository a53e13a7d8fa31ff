// SPDX-License-Identifier: Apache-2.0
#include "text/collector.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_map>

#include "hearth/base/error.h"
#include "hearth/text/utf8.h"

#include "class_names.h"

namespace hearth::datasets {

using data::readers::Broken;

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || last != end) return std::nullopt;
  return value;
}

void Collector::refuse(const std::string& place, const std::string& why) {
  HEARTH_CHECK_AS(FormatError, broken_how_ == Broken::Skip, "[", source_, "] ", place, ": ", why);
  ++broken_;
}

bool Collector::whole(std::string_view text, std::optional<std::string_view> pair,
                      const std::string& place) {
  for (const std::string_view one : {text, pair.value_or("")}) {
    const size_t at = text::unicode::find_invalid(one);
    if (at == one.size()) continue;
    refuse(place, cat_str("expected UTF-8, got an invalid byte at ", at, " of the text"));
    return false;
  }
  return true;
}

void Collector::add(std::string_view text, std::optional<std::string_view> pair,
                    std::string_view label, const std::string& place) {
  if (!whole(text, pair, place)) return;
  if (label.empty()) return refuse(place, "expected a label, got nothing");
  keep(text, pair, {std::string(label)}, place);
}

void Collector::add_labels(std::string_view text, std::optional<std::string_view> pair,
                           std::vector<std::string> labels, const std::string& place) {
  if (!whole(text, pair, place)) return;
  several_ = true;
  std::erase(labels, "");
  keep(text, pair, std::move(labels), place);
}

void Collector::keep(std::string_view text, std::optional<std::string_view> pair,
                     std::vector<std::string> labels, const std::string& place) {
  for (const std::string& label : labels)
    if (const size_t at = text::unicode::find_invalid(label); at != label.size())
      return refuse(place, cat_str("expected UTF-8, got an invalid byte at ", at, " of the label"));
  labeled_ = true;
  samples_.push_back({std::string(text), pair ? std::optional<std::string>(*pair) : std::nullopt});
  labels_.push_back(std::move(labels));
  places_.push_back(place);
}

void Collector::add_score(std::string_view text, std::optional<std::string_view> pair, double score,
                          const std::string& place) {
  if (!whole(text, pair, place)) return;
  samples_.push_back(
      {std::string(text), pair ? std::optional<std::string>(*pair) : std::nullopt, -1, score});
}

void Collector::add_unlabeled(std::string_view text, std::optional<std::string_view> pair,
                              const std::string& place) {
  add_score(text, pair, 0, place);
}

LabeledTexts Collector::done() {
  if (!labeled_) return {source_, std::move(samples_), std::move(classes_), broken_};
  if (classes_.empty()) {
    std::vector<std::string> names;
    for (const auto& own : labels_) names.insert(names.end(), own.begin(), own.end());
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    classes_ = in_order(std::move(names));
  }
  std::unordered_map<std::string_view, int64_t> numbers;
  for (const std::string& name : classes_)
    numbers.emplace(name, static_cast<int64_t>(numbers.size()));
  std::vector<LabeledText> kept;
  for (size_t i = 0; i < samples_.size(); ++i) {
    std::set<int64_t> found;
    const std::string* stranger = nullptr;
    for (const std::string& label : labels_[i]) {
      const auto at = numbers.find(label);
      if (at == numbers.end()) {
        stranger = &label;
      } else {
        found.insert(at->second);
      }
    }
    if (stranger) {
      refuse(places_[i], cat_str("there is no class '", *stranger, "'"));
      continue;
    }
    if (several_) {
      samples_[i].labels.assign(found.begin(), found.end());
    } else {
      samples_[i].label = *found.begin();
    }
    kept.push_back(std::move(samples_[i]));
  }
  return {source_, std::move(kept), std::move(classes_), broken_};
}

}  // namespace hearth::datasets
