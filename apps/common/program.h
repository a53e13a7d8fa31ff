// SPDX-License-Identifier: Apache-2.0
// A program with its commands and their options, as help, completion and manuals show them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/command.h"

class Program {
 public:
  explicit Program(const App& app);
  int run(const std::vector<std::string>& arguments);

  struct Entry {
    std::unique_ptr<Command> command;
    OptionList options;
    std::string name() const { return command->name(); }
  };
  const App& app() const { return app_; }
  const std::vector<std::unique_ptr<Entry>>& entries() const { return entries_; }
  /// Of commands that are shown.
  std::vector<std::string> names() const;

 private:
  Entry& entry_of(std::vector<std::string>& arguments) const;
  int run(Entry& entry, const std::vector<std::string>& arguments);
  void set_up(Command& command);

  const App& app_;
  std::vector<std::unique_ptr<Entry>> entries_;
};

std::string help_of(const Program& program);
std::string help_of(const Program& program, const Program::Entry& entry);
/// How a command is called: "hearth-vision eval [options] MODEL".
std::string usage_of(const Program& program, const Program::Entry& entry);
/// Name, build and devices.
std::string version_of(const Program& program);
/// For "bash", "zsh" or "fish".
std::string completion_of(const Program& program, const std::string& shell);
/// The program's chapter of docs/cli.md.
std::string markdown_of(const Program& program);
/// A page for man(1).
std::string man_page_of(const Program& program);
