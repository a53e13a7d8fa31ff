// SPDX-License-Identifier: Apache-2.0
#include "models/config_json.h"

#include <cstring>

#include <nlohmann/json.hpp>

#include "hearth/base/error.h"

namespace hearth::text {

using data::readers::JsonValue;
using nlohmann::ordered_json;

namespace {

/// More classes than any model has; a file that says so is wrong.
constexpr int64_t kMostLabels = 1'000'000;

bool is_labels(const char* name) { return std::strcmp(name, "id2label") == 0; }
bool has(const JsonValue& config, const char* name) {
  return config.contains(name) && !config.at(name).is_null();
}

}  // namespace

void read_option(const JsonValue& config, const char* name, int64_t& value) {
  if (has(config, name)) value = config.at(name).integer();
}
void read_option(const JsonValue& config, const char* name, double& value) {
  if (has(config, name)) value = config.at(name).number();
}
void read_option(const JsonValue& config, const char* name, bool& value) {
  if (has(config, name)) value = config.at(name).boolean();
}
void read_option(const JsonValue& config, const char* name, std::string& value) {
  if (has(config, name)) value = config.at(name).string();
}
void read_option(const JsonValue& config, const char* name, std::vector<std::string>& value) {
  if (has(config, name)) {
    const JsonValue list = config.at(name);
    value.clear();
    for (size_t i = 0; i < list.size(); ++i)
      value.push_back((is_labels(name) ? list.at(std::to_string(i)) : list.at(i)).string());
  } else if (is_labels(name) && has(config, "num_labels")) {
    const int64_t n = config.at("num_labels").integer();
    HEARTH_CHECK_AS(FormatError, n >= 1 && n <= kMostLabels,
                    "[config.json] expected \"num_labels\" of 1 to ", kMostLabels, ", got ", n);
    value.clear();
    for (int64_t i = 0; i < n; ++i) value.push_back(cat_str("LABEL_", i));
  }
}
void read_option(const JsonValue& config, const char* name, std::vector<int64_t>& value) {
  if (!has(config, name)) return;
  const JsonValue list = config.at(name);
  value.clear();
  for (size_t i = 0; i < list.size(); ++i) value.push_back(list.at(i).integer());
}
void read_option(const JsonValue& config, const char* name, std::vector<double>& value) {
  if (!has(config, name)) return;
  const JsonValue list = config.at(name);
  value.clear();
  for (size_t i = 0; i < list.size(); ++i) value.push_back(list.at(i).number());
}

struct ConfigEditor::Impl {
  ordered_json json = ordered_json::object();
};

ConfigEditor::ConfigEditor() : impl_(std::make_unique<Impl>()) {}
ConfigEditor::ConfigEditor(const JsonValue& config) : ConfigEditor() {
  // What a JsonValue writes parses again.
  impl_->json = ordered_json::parse(config.dump());
}
ConfigEditor::~ConfigEditor() = default;
void ConfigEditor::set(const char* name, int64_t value) { impl_->json[name] = value; }
void ConfigEditor::set(const char* name, double value) { impl_->json[name] = value; }
void ConfigEditor::set(const char* name, bool value) { impl_->json[name] = value; }
void ConfigEditor::set(const char* name, const std::string& value) { impl_->json[name] = value; }
void ConfigEditor::set(const char* name, const std::vector<std::string>& value) {
  if (!is_labels(name)) {
    impl_->json[name] = value;
    return;
  }
  ordered_json names = ordered_json::object(), numbers = ordered_json::object();
  for (size_t i = 0; i < value.size(); ++i) {
    names[std::to_string(i)] = value[i];
    numbers[value[i]] = i;
  }
  impl_->json["id2label"] = std::move(names);
  impl_->json["label2id"] = std::move(numbers);
  impl_->json.erase("num_labels");
}
void ConfigEditor::set(const char* name, const std::vector<int64_t>& value) {
  impl_->json[name] = value;
}
void ConfigEditor::set(const char* name, const std::vector<double>& value) {
  impl_->json[name] = value;
}
void ConfigEditor::set(const char* name, const JsonValue& value) {
  impl_->json[name] = ordered_json::parse(value.dump());
}
void ConfigEditor::set_null(const char* name) { impl_->json[name] = nullptr; }
void ConfigEditor::erase(const char* name) { impl_->json.erase(name); }
JsonValue ConfigEditor::value() const { return JsonValue(text(), "config.json"); }
std::string ConfigEditor::text() const {
  return impl_->json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace hearth::text
