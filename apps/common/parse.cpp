// SPDX-License-Identifier: Apache-2.0
// Command lines and configuration files to values.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/byte_order_mark.h"

#include "common/options.h"
#include "common/text.h"

namespace {

using Values = std::vector<std::pair<const OptionSpec*, std::string>>;

[[noreturn]] void unknown(const OptionList& options, std::string_view name,
                          const std::string& what) {
  std::vector<std::string> names;
  for (const OptionSpec& option : options.all())
    if (!option.hidden && !option.positional()) names.push_back(option.name);
  throw UsageError(
      fmt::format("unknown {} {}{}", what, shortened(name, 60), did_you_mean(name, names)));
}

bool seen(const Values& values, const OptionSpec* option) {
  return std::any_of(values.begin(), values.end(),
                     [option](const auto& v) { return v.first == option; });
}

Values read_arguments(const OptionList& options, const std::vector<std::string>& arguments) {
  Values values;
  std::vector<std::string> places;
  bool only_places = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (only_places || argument.size() < 2 || argument[0] != '-') {
      places.push_back(argument);
      continue;
    }
    if (argument == "--") {
      only_places = true;
      continue;
    }
    const size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    const OptionSpec* option = options.find(name);
    if (!option) unknown(options, name, "option");
    if (!option->many && seen(values, option)) throw UsageError(name + " is given twice");
    if (equals != argument.npos) {
      values.emplace_back(option, argument.substr(equals + 1));
    } else if (option->flag) {
      values.emplace_back(option, "true");
    } else {
      const bool last = i + 1 == arguments.size();
      if (last || (arguments[i + 1].size() > 2 && options.find(arguments[i + 1])))
        throw UsageError(fmt::format("{} needs a value{}", name,
                                     last ? "" : ", but " + arguments[i + 1] + " follows"));
      values.emplace_back(option, arguments[++i]);
    }
  }
  // Arguments told by their place, in order; the one that takes many takes all that others leave.
  size_t next = 0, wanted = 0;
  for (const OptionSpec& option : options.all()) wanted += option.positional() && !option.many;
  for (const OptionSpec& option : options.all()) {
    if (!option.positional()) continue;
    if (option.many) {
      while (places.size() > next + wanted) values.emplace_back(&option, places[next++]);
    } else {
      --wanted;
      if (next < places.size()) values.emplace_back(&option, places[next++]);
    }
  }
  if (next < places.size()) {
    const std::string place = shortened(places[next], 60);
    const OptionSpec* data = options.find("--data");
    const bool meant = data && !data->hidden && !seen(values, data);
    throw UsageError("unexpected argument " + place +
                     (meant ? " (did you mean --data " + place + "?)" : ""));
  }
  return values;
}

constexpr std::uintmax_t kLargestConfig = 1 << 20;

std::string read_config(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    throw UsageError("--config: " + path + " is a folder");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw UsageError("--config: " + path + " cannot be opened");
  std::string text(kLargestConfig + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > kLargestConfig) throw UsageError("--config: " + path + " is larger than 1 MiB");
  return text;
}

struct ConfigValue {
  std::string name;
  std::vector<std::string> texts;
};

void add_json(const nlohmann::json& object, const std::string& command,
              std::vector<ConfigValue>& out) {
  for (const auto& [name, value] : object.items()) {
    if (value.is_null()) continue;
    if (value.is_object()) {
      if (name == command) add_json(value, "", out);
      continue;
    }
    ConfigValue& v = out.emplace_back(ConfigValue{name, {}});
    for (const auto& item : value.is_array() ? value : nlohmann::json::array({value})) {
      if (item.is_structured())
        throw UsageError(fmt::format("--config: {} is neither a value nor a list of them", name));
      v.texts.push_back(item.is_string() ? item.get<std::string>() : item.dump());
    }
  }
}

std::vector<ConfigValue> parse_config(const std::string& path, const std::string& command) {
  const std::string file = read_config(path);
  const std::string text(hearth::without_byte_order_mark(file, path));
  std::vector<ConfigValue> out;
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (path.ends_with(".json") || (first != text.npos && text[first] == '{')) {
    const nlohmann::json object = nlohmann::json::parse(text, nullptr, false);
    if (!object.is_object()) throw UsageError("--config: " + path + " is no JSON object");
    add_json(object, command, out);
    return out;
  }
  std::istringstream in(text);
  try {
    const std::vector<CLI::ConfigItem> items = path.ends_with(".ini")
                                                   ? CLI::ConfigINI().from_config(in)
                                                   : CLI::ConfigTOML().from_config(in);
    for (const CLI::ConfigItem& item : items) {
      if (item.name == "++" || item.name == "--") continue;  // where a section begins and ends
      if (item.parents.empty() || (item.parents.size() == 1 && item.parents[0] == command))
        out.push_back({item.name, item.inputs});
    }
  } catch (const std::exception& error) {
    throw UsageError(fmt::format("--config: {}: {}", path, error.what()));
  }
  return out;
}

void assign_all(const Values& values, std::vector<std::string>& given) {
  for (const auto& [option, text] : values) {
    assign(*option, text);
    given.push_back(option->name);
  }
}

}  // namespace

void fill_from_config(const OptionList& options, const std::string& command,
                      const std::string& path, std::vector<std::string>& given) {
  Values values;
  for (const ConfigValue& v : parse_config(path, command)) {
    const OptionSpec* option = options.find("--" + v.name);
    if (!option) option = options.find(v.name);
    if (!option || option->name == "--config" || option->name == "--print-config")
      unknown(options, "--" + v.name, "key in " + path + ":");
    if (!option->many && v.texts.size() != 1)
      throw UsageError(fmt::format("--config: {} wants one value, got {}", v.name, v.texts.size()));
    if (std::find(given.begin(), given.end(), option->name) != given.end()) continue;
    for (const std::string& text : v.texts) values.emplace_back(option, text);
  }
  assign_all(values, given);
}

void parse_options(const OptionList& options, const std::string& command,
                   const std::vector<std::string>& arguments, std::vector<std::string>& given) {
  const Values values = read_arguments(options, arguments);
  assign_all(values, given);
  for (const auto& [option, text] : values)
    if (option->name == "--config") fill_from_config(options, command, text, given);
}

void require(const OptionList& options, const std::vector<std::string>& given) {
  for (const OptionSpec& option : options.all())
    if (option.required && std::find(given.begin(), given.end(), option.name) == given.end())
      throw UsageError(fmt::format("{} is required: {}", option.name, option.help));
}
