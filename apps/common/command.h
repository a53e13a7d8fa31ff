// SPDX-License-Identifier: Apache-2.0
// What the apps share: a program is a list of commands, and a command is a file that defines one.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "hearth/base/device.h"

#include "common/options.h"

/// A subcommand. Its options are its members: declare() names them, run() reads them.
class Command {
 public:
  virtual ~Command();
  virtual const char* name() const = 0;
  /// What it does, in a line of the help.
  virtual const char* help() const = 0;
  virtual void declare(OptionList& options) = 0;
  /// Returns the exit code: 0 all done, 1 something failed.
  virtual int run() = 0;

 protected:
  /// Whether to print one JSON object as the last line on stdout.
  bool json() const { return json_; }
  /// Where to print what people read.
  FILE* text() const { return json_ ? stderr : stdout; }
  /// The device that --device names; "auto" is CUDA where there is one. Throws DeviceError.
  hearth::Device device() const;

 private:
  friend int run_app(const struct App& app, int argc, char** argv);
  bool json_ = false;
  std::string device_ = "auto";
};

struct App {
  const char* name;
  const char* help;
  const char* examples;
  const char* without_network;  ///< what still works then, a sentence
  std::vector<std::unique_ptr<Command>> commands;
};

/// Reads the command line, runs a command and returns the exit code: its own, 1 for an error and 2
/// for wrong usage.
int run_app(const App& app, int argc, char** argv);
