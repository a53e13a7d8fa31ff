// SPDX-License-Identifier: Apache-2.0
// Manuals of a program, made from what its commands say of themselves.
#include <fmt/format.h>

#include "common/program.h"
#include "common/text.h"

namespace {

std::string meaning(const OptionSpec& option) {
  std::string text = option.help;
  text += option.listed_choices();
  return text;
}

/// Text that is no markup to Markdown or Doxygen.
std::string plain(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '@' || c == '*' || c == '<') out += '\\';
    out += c;
  }
  return out;
}

std::string name_and_value(const OptionSpec& option) {
  return option.flag || option.positional() ? option.name : option.name + " " + option.value;
}

/// What roff would take as a command or an escape.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

}  // namespace

std::string markdown_of(const Program& program) {
  const App& app = program.app();
  std::string text = fmt::format("## {}\n\n{}\n", app.name, app.summary);
  for (const auto& entry : program.entries()) {
    const Command& command = *entry->command;
    if (command.hidden()) continue;
    text += fmt::format("\n### {} {}\n\n{}.\n\n```\n{}\n```\n", app.name, entry->name(),
                        command.summary(), usage_of(program, *entry));
    if (*command.details()) text += fmt::format("\n{}\n", plain(command.details()));
    text += "\n| option | default | what it is |\n|---|---|---|\n";
    for (const OptionSpec& option : entry->options.all())
      if (!option.hidden)
        text +=
            fmt::format("| `{}` | {} | {}{} |\n", name_and_value(option), plain(option.fallback),
                        plain(meaning(option)), option.required ? " (required)" : "");
    if (command.examples().empty()) continue;
    text += "\n```\n";
    for (const std::string& example : command.examples())
      text += fmt::format("{} {}\n", app.name, example);
    text += "```\n";
  }
  return text + fmt::format("\n{}\n", app.details);
}

std::string man_page_of(const Program& program) {
  const App& app = program.app();
  const std::string name = roff(app.name);
  std::string text = fmt::format(".TH {0} 1 \"\" \"Hearth {1}\"\n.SH NAME\n{0} \\- {2}\n", name,
                                 HEARTH_APP_VERSION, roff(app.summary));
  text += fmt::format(".SH SYNOPSIS\n.B {}\nCOMMAND [options]\n.SH DESCRIPTION\n{}\n", name,
                      roff(app.details));
  for (const auto& entry : program.entries()) {
    const Command& command = *entry->command;
    if (command.hidden()) continue;
    text += fmt::format(".SH {}\n{}.\n", roff(entry->name()), roff(command.summary()));
    text += fmt::format(".PP\n.B {}\n", roff(usage_of(program, *entry)));
    if (*command.details()) text += fmt::format(".PP\n{}\n", roff(command.details()));
    for (const OptionSpec& option : entry->options.all()) {
      if (option.hidden) continue;
      text += fmt::format(".TP\n.B {}\n{}.", roff(name_and_value(option)), roff(meaning(option)));
      text +=
          option.fallback.empty() ? "\n" : fmt::format(" Default: {}.\n", roff(option.fallback));
    }
    for (const std::string& example : command.examples())
      text += fmt::format(".PP\n.EX\n{} {}\n.EE\n", name, roff(example));
  }
  return text + ".SH EXIT STATUS\n0 all done, 1 something failed, 2 wrong usage.\n";
}
