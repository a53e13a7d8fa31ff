// SPDX-License-Identifier: Apache-2.0
// What the apps share: a program is a list of commands, and a command is a file that defines one.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/device.h"
#include "hearth/interceptors/autocast.h"

#include "common/options.h"

/// The common options that a command has beside --quiet, --config and --print-config.
enum Common : unsigned {
  kDevice = 1,
  kThreads = 2,
  kSeed = 4,
  kPrecision = 8,
  kJson = 16,
};

/// A subcommand. Its options are its members: declare() names them, run() reads them.
class Command {
 public:
  virtual ~Command();
  virtual const char* name() const = 0;
  /// What it does, in a line of the help.
  virtual const char* summary() const = 0;
  /// More about it, a paragraph.
  virtual const char* details() const { return ""; }
  /// Command lines without the program's name.
  virtual std::vector<std::string> examples() const { return {}; }
  /// A sum of Common.
  virtual unsigned common() const { return kDevice | kThreads | kJson; }
  /// Not shown in help and manuals.
  virtual bool hidden() const { return false; }
  virtual void declare(OptionList& options) = 0;
  /// After the command line is read: a file like that of --config, for what it leaves open; empty:
  /// none.
  virtual std::string settings() const { return ""; }
  /// Returns the exit code: 0 all done, 1 something failed. Throws hearth::Error (exit code 1) and
  /// UsageError (2).
  virtual int run() = 0;
  /// What may help against an error that run() threw, a line for people; empty: nothing.
  virtual std::string hint(const std::string& /*error*/) const { return ""; }

 protected:
  /// Whether to print one JSON object as the last line on stdout.
  bool json() const { return json_; }
  bool quiet() const { return quiet_; }
  uint64_t seed() const { return seed_; }
  /// Where to print what people read.
  FILE* text() const { return json_ ? stderr : stdout; }
  /// The device that --device names; "auto" is CUDA where there is one. Throws DeviceError.
  hearth::Device device() const;
  /// The narrower type that --precision names; nothing for float32 and tf32.
  std::optional<hearth::ScalarType> precision() const;
  /// The type of weights for a model that is opened in that precision.
  hearth::ScalarType weight_type() const { return precision().value_or(hearth::kFloat); }
  /// Computes a scope in that type.
  hearth::Autocast autocast() const;
  /// The program and its arguments as given, for hints.
  const std::string& program() const { return program_; }

 private:
  friend class Program;
  bool json_ = false, quiet_ = false, print_config_ = false;
  uint64_t seed_ = 0;
  int64_t threads_ = 0;
  std::string device_ = "auto", precision_ = "float32", program_;
  std::optional<std::string> config_;
};

struct App {
  const char* name;
  const char* summary;
  /// What else there is to know, paragraphs.
  const char* details;
  /// What is said after an error of the network, a sentence; may be empty.
  const char* without_network;
  /// The command that is meant when none is named; may be empty.
  const char* default_command;
};

/// Every command of this program, in the order of the names; made by CMake of commands/*.cpp.
std::vector<std::unique_ptr<Command>> all_commands();

/// Reads the command line, runs a command and returns the exit code: its own, 1 for an error and 2
/// for wrong usage. What cannot be written to stdout is an error; what cannot be written to stderr
/// is not.
int run_app(const App& app, int argc, char** argv);

/// A line on stderr, above any progress; a terminal's breaks between words.
void complain(std::string_view line);
/// The same of what is no error; nothing with --quiet.
void note(std::string_view line);
/// Lines of a result, each with its end, on `to`, stdout or stderr: above any progress, where that
/// is on the same terminal.
void say(FILE* to, std::string_view lines);
