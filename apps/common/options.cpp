// SPDX-License-Identifier: Apache-2.0
#include "common/options.h"

#include <CLI/CLI.hpp>

#include "hearth/base/device.h"
#include "hearth/base/error.h"

namespace {

/// Empty when `name` is a device that programs run on, else what is wrong.
std::string is_device(const std::string& name) {
  try {
    if (name == "auto" || !hearth::Device(name).is_meta()) return "";
  } catch (const hearth::Error&) {
  }
  return "expected auto, cpu, cuda or cuda:N, got " + name;
}

}  // namespace

Option& Option::required() {
  option_->required()->default_str("");
  return *this;
}
Option& Option::between(int64_t least, int64_t most) {
  option_->check(CLI::Range(least, most));
  return *this;
}
Option& Option::positive() {
  option_->check(CLI::PositiveNumber);
  return *this;
}
Option& Option::one_of(const std::vector<std::string>& words) {
  option_->check(CLI::IsMember(words));
  return *this;
}
Option& Option::device() {
  option_->check(CLI::Validator(is_device, "DEVICE"));
  return *this;
}

Option OptionList::add(const char* name, std::string& value, const std::string& help) {
  return Option(app_.add_option(name, value, help)->capture_default_str());
}
Option OptionList::add(const char* name, int64_t& value, const std::string& help) {
  return Option(app_.add_option(name, value, help)->capture_default_str());
}
Option OptionList::add(const char* name, uint64_t& value, const std::string& help) {
  return Option(app_.add_option(name, value, help)->capture_default_str());
}
Option OptionList::add(const char* name, std::optional<int64_t>& value, const std::string& help) {
  return Option(app_.add_option(name, value, help));
}
Option OptionList::add(const char* name, std::optional<double>& value, const std::string& help) {
  return Option(app_.add_option(name, value, help));
}
Option OptionList::add(const char* name, std::vector<std::string>& values,
                       const std::string& help) {
  return Option(app_.add_option(name, values, help));
}
void OptionList::flag(const char* name, bool& value, const std::string& help) {
  app_.add_flag(name, value, help);
}
