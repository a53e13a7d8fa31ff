// SPDX-License-Identifier: Apache-2.0
// What a command line may say. CLI11 itself stays in options.cpp: it takes seconds to include.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

/// One option or positional argument; its methods say more about it.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}
  Option& required();
  Option& between(int64_t least, int64_t most);
  Option& positive();
  Option& one_of(const std::vector<std::string>& words);
  /// The name of a device that programs run on, or "auto".
  Option& device();

 private:
  CLI::Option* option_;
};

/// The options of a command. Each fills a variable, whose value before is the default and is shown
/// in the help.
class OptionList {
 public:
  explicit OptionList(CLI::App& app) : app_(app) {}
  /// `name` as "--lr", or without dashes for positional arguments.
  Option add(const char* name, std::string& value, const std::string& help);
  Option add(const char* name, int64_t& value, const std::string& help);
  Option add(const char* name, uint64_t& value, const std::string& help);
  Option add(const char* name, std::optional<int64_t>& value, const std::string& help);
  Option add(const char* name, std::optional<double>& value, const std::string& help);
  Option add(const char* name, std::vector<std::string>& values, const std::string& help);
  void flag(const char* name, bool& value, const std::string& help);

 private:
  CLI::App& app_;
};
