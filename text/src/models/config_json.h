// SPDX-License-Identifier: Apache-2.0
// Options of models as config.json: each HEARTH_ARG under its name.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/data/readers/jsonl.h"

namespace hearth::text {

/// Reads an option if it is there and not null; null is an optional without value. The list
/// "id2label" is an object of numbers there, or "num_labels" that stands for it. Throws
/// FormatError.
void read_option(const data::readers::JsonValue& config, const char* name, int64_t& value);
void read_option(const data::readers::JsonValue& config, const char* name, double& value);
void read_option(const data::readers::JsonValue& config, const char* name, bool& value);
void read_option(const data::readers::JsonValue& config, const char* name, std::string& value);
void read_option(const data::readers::JsonValue& config, const char* name,
                 std::vector<std::string>& value);
void read_option(const data::readers::JsonValue& config, const char* name,
                 std::vector<int64_t>& value);
void read_option(const data::readers::JsonValue& config, const char* name,
                 std::vector<double>& value);
template <typename T>
void read_option(const data::readers::JsonValue& config, const char* name,
                 std::optional<T>& value) {
  if (!config.contains(name)) return;
  value.reset();
  if (config.at(name).is_null()) return;
  value.emplace();
  read_option(config, name, *value);
}

/// Options that config.json names; others keep their defaults.
template <typename Config>
Config read_config(const data::readers::JsonValue& json, Config config = {}) {
  for_each_arg([&](const char* name, auto& value) { read_option(json, name, value); }, config);
  return config;
}

/// A config.json that is changed or made.
class ConfigEditor {
 public:
  ConfigEditor();
  explicit ConfigEditor(const data::readers::JsonValue& config);
  ~ConfigEditor();
  void set(const char* name, int64_t value);
  void set(const char* name, double value);
  void set(const char* name, bool value);
  void set(const char* name, const std::string& value);
  void set(const char* name, const char* value) { set(name, std::string(value)); }
  /// "id2label" becomes an object, with "label2id" beside it.
  void set(const char* name, const std::vector<std::string>& value);
  void set(const char* name, const std::vector<int64_t>& value);
  void set(const char* name, const std::vector<double>& value);
  /// A value of JSON.
  void set(const char* name, const data::readers::JsonValue& value);
  template <typename T>
  void set(const char* name, const std::optional<T>& value) {
    if (value) {
      set(name, *value);
    } else {
      set_null(name);
    }
  }
  void set_null(const char* name);
  void erase(const char* name);
  data::readers::JsonValue value() const;
  /// As config.json is written.
  std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// All options of a class, and the name of the model's class.
template <typename Config>
data::readers::JsonValue write_config(const Config& config, const char* architecture) {
  ConfigEditor editor;
  editor.set("architectures", std::vector<std::string>{architecture});
  for_each_arg([&](const char* name, const auto& value) { editor.set(name, value); }, config);
  return editor.value();
}

}  // namespace hearth::text
