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

using Categories = std::shared_ptr<const std::vector<std::string>>;

Categories lines_of(std::string_view text) {
  auto all = std::make_shared<std::vector<std::string>>();
  std::vector<std::string>& lines = *all;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return all;
}

/// What follows the last dot of an alias: "IMAGENET1K_V1".
std::string_view short_alias(const Entry& e) {
  const std::string_view alias = e.alias;
  return alias.substr(alias.rfind('.') + 1);
}

/// Whether a name is "..._Weights.DEFAULT" of the family of weights to which an entry belongs.
bool is_default_of(const Entry& e, std::string_view name) {
  const size_t dot = e.alias.rfind('.');
  return e.is_default && name.size() == dot + 8 && name.substr(dot) == ".DEFAULT" &&
         name.substr(0, dot) == std::string_view(e.alias).substr(0, dot);
}

Entry read_entry(const JsonValue& json, std::map<std::string, Categories>& lists) {
  Entry e;
  e.name = json.at("name").string();
  e.alias = json.at("alias").string();
  e.is_default = json.at("default").boolean();
  e.task = json.at("task").string();
  e.architecture = json.at("architecture").string();
  e.dataset = json.at("dataset").string();
  e.licence = json.at("licence").string();
  e.recipe = json.at("recipe").string();
  e.source = json.at("source").string();
  e.sha256 = json.at("sha256").string();
  e.mebibytes = json.at("mebibytes").number();
  e.parameters = json.at("parameters").integer();
  const std::string& list = json.at("categories").string();
  Categories& categories = lists[list];
  if (!categories) categories = lines_of(embedded_file(list));
  e.categories = categories;
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
  e.interpolation = images.at("interpolation").string();
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
    std::map<std::string, Categories> lists;
    read->reserve(list.size());
    for (size_t i = 0; i < list.size(); ++i) read->push_back(read_entry(list.at(i), lists));
    return read;
  }();
  return *all;
}

const Entry* find(const std::string& name) {
  for (const Entry& e : entries())
    if (e.name == name || (!e.alias.empty() && (e.alias == name || is_default_of(e, name))))
      return &e;
  return nullptr;
}

const Entry& find_weights(const std::string& architecture, const std::string& weights) {
  const Entry* named = find(weights);
  if (named && named->architecture == architecture) return *named;
  std::string known;
  for (const Entry& e : entries()) {
    if (e.architecture != architecture) continue;
    if (weights == short_alias(e) || (weights == "DEFAULT" && e.is_default)) return e;
    known += cat_str(known.empty() ? "" : ", ", e.alias.empty() ? e.name : e.alias);
  }
  throw ValueError(cat_str("[", architecture, "] has no weights '", weights, "'; ",
                           known.empty() ? "none are known" : "expected one of " + known));
}

std::string describe(const Entry& e) {
  char size[32];
  std::snprintf(size, sizeof size, "%.1f", e.mebibytes);
  std::string text =
      cat_str(e.name, ": ", e.architecture, " for ", e.task, ", ", e.parameters,
              " parameters\n  trained on ", e.dataset, ", ", e.categories->size(), " classes, ");
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
