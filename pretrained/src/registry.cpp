// SPDX-License-Identifier: Apache-2.0
#include "hearth/pretrained/registry.h"

#include <cstdio>

#include "hearth/base/error.h"
#include "hearth/data/readers/jsonl.h"

#include "embedded.h"

namespace hearth::pretrained {
namespace {

using data::readers::JsonValue;

constexpr unsigned char kRegistry[] = {
#include "registry.inc"
};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return lines;
}

Entry read_entry(const JsonValue& json) {
  Entry e;
  e.name = json.at("name").string();
  e.alias = json.at("alias").string();
  e.task = json.at("task").string();
  e.architecture = json.at("architecture").string();
  e.dataset = json.at("dataset").string();
  e.licence = json.at("licence").string();
  e.recipe = json.at("recipe").string();
  e.source = json.at("source").string();
  e.sha256 = json.at("sha256").string();
  e.mebibytes = json.at("mebibytes").number();
  e.parameters = json.at("parameters").integer();
  e.categories = lines_of(embedded_file(json.at("categories").string()));
  const JsonValue metrics = json.at("metrics");
  for (const std::string& dataset : metrics.keys())
    for (const std::string& measure : metrics.at(dataset).keys())
      e.metrics[dataset][measure] = metrics.at(dataset).at(measure).number();
  if (e.task == kLanguages) return e;
  const JsonValue images = json.at("preprocessing");
  if (e.task == kSounds) {
    e.sample_rate = images.at("sampling_rate").integer();
    e.samples = images.at("num_samples").integer();
    return e;
  }
  e.channels = images.at("num_channels").integer();
  e.height = images.at("image_size").at(0).integer();
  e.width = images.at("image_size").at(1).integer();
  e.resize_size = images.at("resize_size").integer();
  e.mean = images.at("image_mean").numbers();
  e.stddev = images.at("image_std").numbers();
  return e;
}

}  // namespace

const std::vector<Entry>& entries() {
  // Never destroyed: programs may ask while they end.
  static const auto* const all = [] {
    auto* read = new std::vector<Entry>;
    const JsonValue list(
        std::string_view(reinterpret_cast<const char*>(kRegistry), sizeof kRegistry),
        "registry.json");
    for (size_t i = 0; i < list.size(); ++i) read->push_back(read_entry(list.at(i)));
    return read;
  }();
  return *all;
}

const Entry* find(const std::string& name) {
  for (const Entry& e : entries())
    if (e.name == name || (!e.alias.empty() && e.alias == name)) return &e;
  return nullptr;
}

std::string describe(const Entry& e) {
  char size[32];
  std::snprintf(size, sizeof size, "%.1f", e.mebibytes);
  std::string text =
      cat_str(e.name, ": ", e.architecture, " for ", e.task, ", ", e.parameters,
              " parameters\n  trained on ", e.dataset, ", ", e.categories.size(), " classes, ");
  if (e.task == kSounds)
    text += cat_str("clips of ", e.samples, " samples at ", e.sample_rate, " Hz\n");
  else if (e.task == kLanguages)
    text += "texts of any length\n";
  else
    text += cat_str("images of ", e.channels, " x ", e.height, " x ", e.width, "\n");
  for (const auto& [dataset, measures] : e.metrics) {
    text += cat_str("  on ", dataset, ":");
    for (const auto& [measure, value] : measures) {
      char number[32];
      std::snprintf(number, sizeof number, "%.2f", value);
      text += cat_str(" ", measure, " ", number);
    }
    text += "\n";
  }
  text += cat_str("  from ", e.source, ", ", size, " MiB, SHA-256 ", e.sha256,
                  e.sha256.size() < 64 ? "...\n" : "\n");
  if (!e.alias.empty()) text += cat_str("  also called ", e.alias, "\n");
  return text + cat_str("  licence: ", e.licence, "; recipe: ", e.recipe);
}

}  // namespace hearth::pretrained
