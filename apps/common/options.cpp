// SPDX-License-Identifier: Apache-2.0
#include "common/options.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/text.h"

namespace {

std::string to_json(const std::string& value) {
  return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}
template <typename T>
std::string to_json(const T& value) {
  return nlohmann::json(value).dump();
}
template <typename T>
std::string to_json(const std::optional<T>& value) {
  return value ? to_json(*value) : "null";
}

template <typename T>
bool from_text(const std::string& text, T& value) {
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stopped == end;
}
bool from_text(const std::string& text, bool& value) {
  value = text == "true";
  return value || text == "false";
}
bool from_text(const std::string& text, std::string& value) {
  value = text;
  return true;
}

template <typename T>
constexpr const char* kExpected = "a whole number";
template <>
constexpr const char* kExpected<double> = "a number";
template <>
constexpr const char* kExpected<std::string> = "a text";

template <typename T>
bool in_range(const OptionSpec& option, const T& value) {
  if constexpr (std::is_arithmetic_v<T>) {
    const auto v = static_cast<double>(value);
    if (!std::isfinite(v)) return false;
    if (option.least && (option.above ? v <= *option.least : v < *option.least)) return false;
    if (option.most && v > *option.most) return false;
  }
  return true;
}

/// `into` is a T or an optional of one.
template <typename T, typename Into>
void bind(OptionSpec& option, Into& into) {
  option.expected = kExpected<T>;
  option.value = std::is_same_v<T, std::string> ? "TEXT" : std::is_same_v<T, double> ? "X" : "N";
  option.set = [&into](const OptionSpec& self, const std::string& text) {
    T value{};
    if (!from_text(text, value) || !in_range(self, value)) return false;
    into = value;
    return true;
  };
  option.get = [&into] { return to_json(into); };
}

/// More choices than that are not listed for people.
constexpr size_t kMostListed = 16;

std::string range_of(const OptionSpec& o) {
  const auto number = [](double v) { return fmt::format("{:.15g}", v); };
  if (o.least && o.most) return fmt::format(" from {} to {}", number(*o.least), number(*o.most));
  if (o.least) return (o.above ? " above " : " of at least ") + number(*o.least);
  return "";
}

}  // namespace

std::string OptionSpec::listed_choices() const {
  return choices.empty() || choices.size() > kMostListed ? "" : ": " + joined(choices, ", ");
}

void assign(const OptionSpec& option, const std::string& given) {
  std::string text = given;
  for (const auto& [word, choice] : option.synonyms)
    if (word == given) text = choice;
  const auto fail = [&](const std::string& expected) {
    throw UsageError(fmt::format("{}: expected {}, got {}", option.name, expected,
                                 text.empty() ? "nothing" : shortened(text, 60)));
  };
  if (!option.choices.empty()) {
    bool found = false;
    for (const std::string& choice : option.choices) found |= choice == text;
    if (!found)
      fail("one of " +
           (option.choices.size() <= kMostListed ? joined(option.choices, ", ")
                                                 : fmt::format("{} names", option.choices.size())) +
           did_you_mean(text, option.choices));
  }
  if (!option.set(option, text)) fail(option.expected + range_of(option));
  if (!option.check) return;
  if (const std::string wrong = option.check(text); !wrong.empty())
    throw UsageError(option.name + ": " + wrong);
}

Option& Option::required() {
  option_->required = true;
  option_->fallback.clear();
  return *this;
}
Option& Option::between(double least, double most) {
  option_->least = least;
  option_->most = most;
  return *this;
}
Option& Option::positive() {
  option_->least = 0;
  option_->above = true;
  return *this;
}
Option& Option::one_of(std::vector<std::string> words) {
  option_->choices = std::move(words);
  option_->value = "NAME";
  return *this;
}
Option& Option::alias(const char* name) {
  option_->alias = name;
  return *this;
}
Option& Option::synonym(const char* word, const char* choice) {
  option_->synonyms.emplace_back(word, choice);
  return *this;
}
Option& Option::value(const char* name) {
  option_->value = name;
  return *this;
}
Option& Option::by_default(const char* text) {
  option_->fallback = text;
  return *this;
}
Option& Option::check(std::function<std::string(const std::string&)> what_is_wrong) {
  option_->check = std::move(what_is_wrong);
  return *this;
}
Option& Option::hidden() {
  option_->hidden = true;
  return *this;
}

OptionSpec& OptionList::append(const char* name, const std::string& help) {
  OptionSpec& option = all_.emplace_back();
  option.name = name;
  option.help = help;
  option.common = common_;
  return option;
}

Option OptionList::add(const char* name, std::string& value, const std::string& help) {
  OptionSpec& option = append(name, help);
  bind<std::string>(option, value);
  option.fallback = value;
  return Option(option);
}
Option OptionList::add(const char* name, int64_t& value, const std::string& help) {
  OptionSpec& option = append(name, help);
  bind<int64_t>(option, value);
  option.fallback = fmt::to_string(value);
  return Option(option);
}
Option OptionList::add(const char* name, uint64_t& value, const std::string& help) {
  OptionSpec& option = append(name, help);
  bind<uint64_t>(option, value);
  option.expected = "a whole number from 0 to 18446744073709551615";
  option.fallback = fmt::to_string(value);
  return Option(option);
}
Option OptionList::add(const char* name, double& value, const std::string& help) {
  OptionSpec& option = append(name, help);
  bind<double>(option, value);
  option.fallback = fmt::to_string(value);
  return Option(option);
}
Option OptionList::add(const char* name, std::optional<std::string>& value,
                       const std::string& help) {
  OptionSpec& option = append(name, help);
  bind<std::string>(option, value);
  return Option(option);
}
Option OptionList::add(const char* name, std::optional<int64_t>& value, const std::string& help) {
  OptionSpec& option = append(name, help);
  bind<int64_t>(option, value);
  return Option(option);
}
Option OptionList::add(const char* name, std::optional<double>& value, const std::string& help) {
  OptionSpec& option = append(name, help);
  bind<double>(option, value);
  return Option(option);
}
Option OptionList::add(const char* name, std::vector<std::string>& values,
                       const std::string& help) {
  OptionSpec& option = append(name, help);
  option.many = true;
  option.value = "TEXT";
  option.set = [&values](const OptionSpec&, const std::string& text) {
    values.push_back(text);
    return true;
  };
  option.get = [&values] {
    std::string all;
    for (const std::string& v : values) all += (all.empty() ? "" : ",") + to_json(v);
    return "[" + all + "]";
  };
  return Option(option);
}
Option OptionList::flag(const char* name, bool& value, const std::string& help) {
  OptionSpec& option = append(name, help);
  bind<bool>(option, value);
  option.flag = true;
  option.expected = "true or false";
  option.value = "";
  return Option(option);
}

const OptionSpec* OptionList::find(std::string_view name) const {
  for (const OptionSpec& option : all_)
    if (option.name == name || (!option.alias.empty() && option.alias == name)) return &option;
  return nullptr;
}

std::string config_json(const OptionList& options) {
  std::string text;
  for (const OptionSpec& option : options.all()) {
    if (option.hidden || option.name == "--config" || option.name == "--print-config") continue;
    const size_t dashes = option.name.find_first_not_of('-');
    text += fmt::format("{}  {}: {}", text.empty() ? "" : ",\n",
                        to_json(option.name.substr(dashes)), option.get());
  }
  return "{\n" + text + "\n}";
}
