// SPDX-License-Identifier: Apache-2.0
// What a command line may say, as data: parsing, help, completion and manuals all read it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// A command line that cannot be followed; programs end with exit code 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct OptionSpec {
  /// "--lr", or without dashes for arguments told by their place.
  std::string name;
  /// Works as well, but is shown nowhere.
  std::string alias;
  /// What stands for the value: "N".
  std::string value;
  std::string help;
  /// The default as people read it; empty if there is none.
  std::string fallback;
  std::vector<std::string> choices;
  /// Other words for some of the choices, which are shown nowhere.
  std::vector<std::pair<std::string, std::string>> synonyms;
  /// What is expected, "a whole number" ...
  std::string expected;
  std::optional<double> least, most;
  bool above = false;  ///< `least` itself is too little
  bool required = false, many = false, flag = false, hidden = false, common = false;

  /// Takes a value; false if it is none that is expected.
  std::function<bool(const OptionSpec&, const std::string&)> set;
  /// The value as JSON text.
  std::function<std::string()> get;
  /// More than type and range: what is wrong with a value, or "".
  std::function<std::string(const std::string&)> check;

  bool positional() const { return name[0] != '-'; }
  /// ": a, b, c" behind the help; nothing where they are too many to be read.
  std::string listed_choices() const;
};

/// Sets a value or throws UsageError, which says what was expected.
void assign(const OptionSpec& option, const std::string& text);

/// Says more about an option.
class Option {
 public:
  explicit Option(OptionSpec& option) : option_(&option) {}
  Option& required();
  Option& between(double least, double most);
  /// Above 0.
  Option& positive();
  Option& one_of(std::vector<std::string> words);
  Option& alias(const char* name);
  /// One of the choices in another word.
  Option& synonym(const char* word, const char* choice);
  /// What stands for the value in the help: "FILE".
  Option& value(const char* name);
  /// Said in place of a default, which another option decides: "by model".
  Option& by_default(const char* text);
  Option& check(std::function<std::string(const std::string&)> what_is_wrong);
  /// Works, but is shown nowhere.
  Option& hidden();

 private:
  friend class OptionList;
  OptionSpec* option_;
};

/// The options of a command. Each fills a variable, whose value before is the default.
class OptionList {
 public:
  Option add(const char* name, std::string& value, const std::string& help);
  Option add(const char* name, int64_t& value, const std::string& help);
  Option add(const char* name, uint64_t& value, const std::string& help);
  Option add(const char* name, double& value, const std::string& help);
  Option add(const char* name, std::optional<std::string>& value, const std::string& help);
  Option add(const char* name, std::optional<int64_t>& value, const std::string& help);
  Option add(const char* name, std::optional<double>& value, const std::string& help);
  /// May be given several times; one without dashes takes all arguments that are left.
  Option add(const char* name, std::vector<std::string>& values, const std::string& help);
  Option flag(const char* name, bool& value, const std::string& help);

  const std::deque<OptionSpec>& all() const { return all_; }
  /// What is added from here on is common to all commands.
  void begin_common() { common_ = true; }
  /// By its name or alias, dashes included; null if there is none.
  const OptionSpec* find(std::string_view name) const;

 private:
  OptionSpec& append(const char* name, const std::string& help);

  std::deque<OptionSpec> all_;  // whose elements stay where they are
  bool common_ = false;
};

/// Fills the options from `arguments`, and what these leave open from the file of --config; adds
/// the names of those that got a value to `given`. Throws UsageError. Whether everything required
/// is there, require() says.
void parse_options(const OptionList& options, const std::string& command,
                   const std::vector<std::string>& arguments, std::vector<std::string>& given);
/// Fills what is not yet `given` from a file: JSON, TOML or INI, with the options' names as keys,
/// at the top or below the command's name.
void fill_from_config(const OptionList& options, const std::string& command,
                      const std::string& path, std::vector<std::string>& given);
void require(const OptionList& options, const std::vector<std::string>& given);

/// All values as a JSON object that --config takes.
std::string config_json(const OptionList& options);
