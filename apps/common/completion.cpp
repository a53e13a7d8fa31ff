// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "common/program.h"
#include "common/text.h"

namespace {

std::vector<const OptionSpec*> shown(const Program::Entry& entry) {
  std::vector<const OptionSpec*> options;
  for (const OptionSpec& option : entry.options.all())
    if (!option.hidden) options.push_back(&option);
  return options;
}

std::string options_of(const Program::Entry& entry) {
  std::string names = "--help";
  for (const OptionSpec* option : shown(entry))
    if (!option->positional()) names += " " + option->name;
  return names;
}

/// A function of the program's name, in a shell.
std::string function_of(std::string name) {
  for (char& c : name)
    if (c == '-') c = '_';
  return "_" + name;
}

std::string bash(const Program& program) {
  std::string values, options, places;
  for (const auto& entry : program.entries()) {
    if (entry->command->hidden()) continue;
    options += fmt::format("    {}) words=\"{}\" ;;\n", entry->name(), options_of(*entry));
    for (const OptionSpec* option : shown(*entry)) {
      if (option->choices.empty()) continue;
      std::string& into = option->positional() ? places : values;
      into += fmt::format("    {}) words=\"{}\" ;;\n",
                          option->positional() ? entry->name() : entry->name() + ":" + option->name,
                          joined(option->choices, " "));
    }
  }
  return fmt::format(R"({0}() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} words=
  COMPREPLY=()
  if [ "$COMP_CWORD" = 1 ]; then
    COMPREPLY=($(compgen -W "{1} help --help --version" -- "$word"))
    return
  fi
  case "${{COMP_WORDS[1]}}:$before" in
{2}  esac
  if [ -z "$words" ]; then
    case "$word" in
    -*)
    case "${{COMP_WORDS[1]}}" in
{3}    esac ;;
    *)
    case "${{COMP_WORDS[1]}}" in
{4}    esac ;;
    esac
  fi
  if [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$word")); fi
}}
complete -o default -F {0} {5}
)",
                     function_of(program.app().name), joined(program.names(), " "), values, options,
                     places, program.app().name);
}

/// In single quotes, for zsh and fish; brackets and colons mean something to zsh.
std::string in_quotes(const std::string& text, bool zsh) {
  std::string out;
  for (const char c : text) {
    if (zsh && (c == '[' || c == ']' || c == ':')) out += '\\';
    out += c == '\'' ? std::string(zsh ? "'\\''" : "\\'") : std::string(1, c);
  }
  return "'" + out + "'";
}

std::string zsh(const Program& program) {
  std::string commands, cases;
  for (const auto& entry : program.entries()) {
    if (entry->command->hidden()) continue;
    commands += fmt::format("    {}\n", in_quotes(entry->name(), true)
                                            .insert(entry->name().size() + 1,
                                                    ":" + std::string(entry->command->summary())));
    cases += fmt::format("    {}) _arguments", entry->name());
    for (const OptionSpec* option : shown(*entry)) {
      const std::string action =
          option->choices.empty() ? "_files" : "(" + joined(option->choices, " ") + ")";
      std::string quoted_help = in_quotes(option->help, true);
      quoted_help = quoted_help.substr(1, quoted_help.size() - 2);
      if (option->positional())
        cases +=
            fmt::format(" \\\n      '{}:{}:{}'", option->many ? "*" : "", option->name, action);
      else
        cases += fmt::format(" \\\n      '{}[{}]{}'", option->name, quoted_help,
                             option->flag ? "" : ":" + option->value + ":" + action);
    }
    cases += " ;;\n";
  }
  return fmt::format(R"(#compdef {0}
{1}() {{
  local -a commands=(
{2}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
{3}  esac
}}
compdef {1} {0}
)",
                     program.app().name, function_of(program.app().name), commands, cases);
}

std::string fish(const Program& program) {
  const std::string name = program.app().name;
  std::string text;
  for (const auto& entry : program.entries()) {
    if (entry->command->hidden()) continue;
    text += fmt::format("complete -c {} -n __fish_use_subcommand -a {} -d {}\n", name,
                        entry->name(), in_quotes(entry->command->summary(), false));
    for (const OptionSpec* option : shown(*entry)) {
      const std::string when =
          fmt::format("complete -c {} -n '__fish_seen_subcommand_from {}'", name, entry->name());
      const std::string choices =
          option->choices.empty() ? "" : fmt::format(" -xa '{}'", joined(option->choices, " "));
      if (!option->positional())
        text += fmt::format("{} -l {}{} -d {}\n", when, option->name.substr(2),
                            option->flag      ? ""
                            : choices.empty() ? " -r"
                                              : choices,
                            in_quotes(option->help, false));
      else if (!choices.empty())
        text += when + choices + "\n";
    }
  }
  return text;
}

}  // namespace

std::string completion_of(const Program& program, const std::string& shell) {
  return shell == "bash" ? bash(program) : shell == "zsh" ? zsh(program) : fish(program);
}
