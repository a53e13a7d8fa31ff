// SPDX-License-Identifier: Apache-2.0
// What --help and --version print, in 80 columns.
#include <algorithm>

#include <fmt/format.h>

#include "hearth/base/cpu.h"
#include "hearth/base/threads.h"
#include "hearth/cuda/device.h"

#include "common/program.h"
#include "common/text.h"

namespace {

constexpr size_t kWidth = 80, kColumn = 26;

/// A name in the left column and what it means in the right one.
std::string row(const std::string& left, const std::string& right) {
  std::string line = "  " + left;
  if (line.size() + 2 > kColumn) line += "\n" + std::string(kColumn, ' ');
  line.resize(std::max(line.size(), kColumn), ' ');
  return line + wrapped(right, kWidth, kColumn, kColumn) + "\n";
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string help_row(const OptionSpec& option) {
  std::string left = option.positional() ? upper(option.name) : option.name;
  if (!option.flag && !option.positional()) left += " " + option.value;
  std::string right = option.help;
  right += option.listed_choices();
  if (option.required && !option.positional()) right += " (required)";
  if (!option.fallback.empty()) right += " [default: " + option.fallback + "]";
  return row(left, right);
}

std::string rows(const OptionList& options, bool common, bool positional) {
  std::string text;
  for (const OptionSpec& option : options.all())
    if (!option.hidden && option.common == common && option.positional() == positional)
      text += help_row(option);
  return text;
}

std::string examples_of(const Program& program, const Command& command) {
  std::string text;
  for (const std::string& example : command.examples())
    text += fmt::format("  {} {}\n", program.app().name, example);
  return text;
}

std::string section(const char* title, const std::string& content) {
  return content.empty() ? "" : fmt::format("\n{}:\n{}", title, content);
}

std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    out += "\n" + wrapped(text.substr(0, end), kWidth, 0, 0) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::string usage_of(const Program& program, const Program::Entry& entry) {
  std::string line = fmt::format("{} {}", program.app().name, entry.name());
  if (entry.name() == program.app().default_command)
    line = fmt::format("{} [{}]", program.app().name, entry.name());
  line += " [options]";
  for (const OptionSpec& option : entry.options.all()) {
    if (option.positional()) {
      const std::string name = upper(option.name) + (option.many ? "..." : "");
      line += option.required ? " " + name : " [" + name + "]";
    } else if (option.required && !option.hidden) {
      line += " " + option.name + " " + option.value;
    }
  }
  return line;
}

std::string help_of(const Program& program) {
  const App& app = program.app();
  std::string text = fmt::format("{}\n\nUsage: {} COMMAND [options]\n\nCommands:\n",
                                 wrapped(app.summary, kWidth, 0, 0), app.name);
  std::string examples;
  for (const auto& entry : program.entries()) {
    if (entry->command->hidden()) continue;
    text += row(entry->name(), entry->command->summary());
    if (entry->name() != "completion") examples += examples_of(program, *entry->command);
  }
  text += row("--version", "Print version, build and devices");
  text += section("Examples", examples);
  text += paragraphs(app.details);
  text += "\nExit codes: 0 all done, 1 something failed, 2 wrong usage.\n";
  return text + fmt::format("{} COMMAND --help tells more about a command.\n", app.name);
}

std::string help_of(const Program& program, const Program::Entry& entry) {
  const Command& command = *entry.command;
  std::string text = wrapped(command.summary(), kWidth, 0, 0) +
                     "\n\nUsage: " + wrapped(usage_of(program, entry), kWidth, 9, 7) + "\n";
  text += paragraphs(command.details());
  text += section("Arguments", rows(entry.options, false, true));
  text += section("Options", rows(entry.options, false, false));
  text += section("Common options", rows(entry.options, true, false));
  return text + section("Examples", examples_of(program, command));
}

std::string version_of(const Program& program) {
  std::string text = fmt::format("{} {} ({} build, {})\n", program.app().name, HEARTH_APP_VERSION,
                                 HEARTH_APP_BUILD, HEARTH_APP_COMPILER);
  text += fmt::format("cpu: {}, instruction set {}\n", counted(hearth::get_num_threads(), "thread"),
                      hearth::cpu_capability());
  const int64_t devices = hearth::cuda::is_available() ? hearth::cuda::device_count() : 0;
  for (int64_t i = 0; i < devices; ++i)
    text += fmt::format("cuda:{}: {}\n", i, hearth::cuda::get_device_name(i));
  return devices > 0 ? text : text + "cuda: none\n";
}
