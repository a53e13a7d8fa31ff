// SPDX-License-Identifier: Apache-2.0
#include "common/command.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hearth/base/context.h"
#include "hearth/base/error.h"
#include "hearth/base/generator.h"
#include "hearth/base/progress.h"
#include "hearth/base/threads.h"
#include "hearth/cuda/device.h"

#include "common/json.h"
#include "common/program.h"
#include "common/text.h"

namespace {

bool quiet_notes = false;

/// What is wrong with the name of a device that programs run on.
std::string wrong_device(const std::string& name) {
  try {
    if (name == "auto" || hearth::Device(name).is_cpu() || hearth::Device(name).is_cuda())
      return "";
  } catch (const hearth::Error&) {
  }
  return "expected auto, cpu, cuda or cuda:N, got " + shortened(name, 60);
}

bool is_same_terminal(int a, int b) {
  struct stat one {
  }, other{};
  return ::isatty(a) && ::isatty(b) && ::fstat(a, &one) == 0 && ::fstat(b, &other) == 0 &&
         one.st_rdev == other.st_rdev;
}

/// Opens what the caller closed, or files that the program opens would get its output.
void open_standard_files() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // Writing to a stdout that is closed must fail; stderr may be.
    const int opened = ::open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    if (opened >= 0 && opened != fd) {
      ::dup2(opened, fd);
      ::close(opened);
    }
  }
}

/// Prints what a program is asked for: help, its version ...
int show(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

/// Of a shell, "bash" ...; a command of every program.
class Completion final : public Command {
 public:
  explicit Completion(const Program& program) : program_(program) {}
  const char* name() const override { return "completion"; }
  const char* summary() const override { return "Print what makes a shell complete this program"; }
  std::vector<std::string> examples() const override {
    return {"completion bash > ~/.local/share/bash-completion/completions/" +
                std::string(program_.app().name),
            "completion fish > ~/.config/fish/completions/" + std::string(program_.app().name) +
                ".fish"};
  }
  unsigned common() const override { return 0; }
  void declare(OptionList& options) override {
    options.add("shell", shell_, "Which shell").one_of({"bash", "zsh", "fish"}).required();
  }
  int run() override { return show(completion_of(program_, shell_)); }

 private:
  const Program& program_;
  std::string shell_;
};

class Docs final : public Command {
 public:
  explicit Docs(const Program& program) : program_(program) {}
  const char* name() const override { return "docs"; }
  const char* summary() const override { return "Print the manual"; }
  unsigned common() const override { return 0; }
  bool hidden() const override { return true; }
  void declare(OptionList& options) override {
    options.add("format", format_, "As what").one_of({"markdown", "man"}).required();
  }
  int run() override {
    return show(format_ == "man" ? man_page_of(program_) : markdown_of(program_));
  }

 private:
  const Program& program_;
  std::string format_;
};

}  // namespace

Command::~Command() = default;

hearth::Device Command::device() const {
  using hearth::kCPU, hearth::kCUDA;
  if (device_ == "auto") return hearth::cuda::is_available() ? kCUDA : kCPU;
  const hearth::Device device(device_);
  // Asks for what the run will need, so that the error comes first and says why.
  if (device.is_cuda()) hearth::cuda::get_device_name(device.resolved().index());
  return device;
}

std::optional<hearth::ScalarType> Command::precision() const {
  if (precision_ == "float32" || precision_ == "tf32") return std::nullopt;
  return precision_ == "float16" ? hearth::kHalf : hearth::kBFloat16;
}

hearth::Autocast Command::autocast() const {
  const auto type = precision();
  return hearth::Autocast(device().type(), type.value_or(hearth::kBFloat16), type.has_value());
}

void complain(std::string_view text) {
  // What reads them from a file or pipe gets them whole.
  winsize size{};
  const bool narrow =
      ::isatty(STDERR_FILENO) && ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20;
  hearth::Progress::print(narrow ? lines_within(text, size.ws_col - size_t{1}) : std::string(text));
}

void note(std::string_view line) {
  if (!quiet_notes) complain(line);
}

void say(FILE* to, std::string_view lines) {
  static const bool on_one_terminal = is_same_terminal(STDOUT_FILENO, STDERR_FILENO);
  if (to != stderr && !on_one_terminal) {
    std::fwrite(lines.data(), 1, lines.size(), to);
    return;
  }
  std::fflush(to);
  if (lines.ends_with('\n')) lines.remove_suffix(1);
  hearth::Progress::print(lines);
}

Program::Program(const App& app) : app_(app) {
  auto commands = all_commands();
  commands.push_back(std::make_unique<Completion>(*this));
  commands.push_back(std::make_unique<Docs>(*this));
  for (auto& command : commands) {
    Entry& entry = *entries_.emplace_back(std::make_unique<Entry>());
    Command& c = *command;
    c.program_ = app.name;
    c.declare(entry.options);
    OptionList& options = entry.options;
    options.begin_common();
    const unsigned common = c.common();
    if (common & kDevice)
      options.add("--device", c.device_, "auto (CUDA where there is one), cpu, cuda or cuda:N")
          .value("DEVICE")
          .check(wrong_device);
    if (common & kThreads)
      options.add("--threads", c.threads_, "Threads for computing; 0: one per CPU")
          .between(0, 100'000);
    if (common & kPrecision)
      options
          .add(
              "--precision", c.precision_,
              "What products and convolutions are computed in; short names: fp32, bf16, fp16; tf32 "
              "is float32 that CUDA may round to 10 bits of mantissa in products")
          .one_of({"float32", "tf32", "bfloat16", "float16"})
          .synonym("f32", "float32")
          .synonym("fp32", "float32")
          .synonym("bf16", "bfloat16")
          .synonym("f16", "float16")
          .synonym("fp16", "float16");
    if (common & kSeed) options.add("--seed", c.seed_, "Names all randomness of the run");
    if (common & kJson)
      options.flag("--json", c.json_, "Print one JSON object as the last line on stdout");
    options.flag("--quiet", c.quiet_, "Print results and errors only, no progress");
    options
        .add("--config", c.config_,
             "Take what the command line leaves open from a file: JSON, TOML or INI with the "
             "options' names as keys, at the top or below the command's name")
        .value("FILE");
    options.flag("--print-config", c.print_config_, "Print all options as such a file and stop");
    entry.command = std::move(command);
  }
}

std::vector<std::string> Program::names() const {
  std::vector<std::string> names;
  for (const auto& entry : entries_)
    if (!entry->command->hidden()) names.push_back(entry->name());
  return names;
}

Program::Entry& Program::entry_of(std::vector<std::string>& arguments) const {
  const std::string first = arguments.empty() ? "" : arguments[0];
  for (const auto& entry : entries_) {
    if (entry->name() != first) continue;
    arguments.erase(arguments.begin());
    return *entry;
  }
  if (!*app_.default_command) {
    if (first[0] == '-') throw UsageError("expected a command before " + shortened(first, 60));
    throw UsageError(
        fmt::format("unknown command {}{}", shortened(first, 60), did_you_mean(first, names())));
  }
  for (const auto& entry : entries_)
    if (entry->name() == app_.default_command) return *entry;
  throw std::logic_error("no default command");
}

void Program::set_up(Command& command) {
  quiet_notes = command.quiet_;
  if (command.quiet_) hearth::set_progress(false);
  const auto cores = static_cast<int64_t>(std::max(1u, std::thread::hardware_concurrency()));
  if (command.threads_ > cores)
    note(fmt::format("{}: {} threads would wait for each other on {}; using {}", app_.name,
                     command.threads_, counted(cores, "CPU"), cores));
  if (command.threads_ > 0)
    hearth::set_num_threads(static_cast<int>(std::min(command.threads_, cores)));
  if (command.common() & kSeed) hearth::manual_seed(command.seed_);
  if (command.common() & kPrecision && command.precision_ == "tf32") {
    hearth::set_allow_tf32_cublas(true);
    hearth::set_allow_tf32_cudnn(true);
  }
}

int Program::run(Entry& entry, const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    if (argument == "--help" || argument == "-h") return show(help_of(*this, entry));
  }
  Command& command = *entry.command;
  std::vector<std::string> given;
  parse_options(entry.options, command.name(), arguments, given);
  if (const std::string file = command.settings(); !file.empty() && !command.config_)
    fill_from_config(entry.options, command.name(), file, given);
  if (command.print_config_) return show(config_json(entry.options) + "\n");
  require(entry.options, given);
  set_up(command);
  const auto failed = [&](const std::string& what, const std::string& hint = "") {
    complain(fmt::format("{}: {}", app_.name, what));
    if (!hint.empty()) complain(hint);
    if (command.json_) print_json(nlohmann::ordered_json{{"error", what}});
    return 1;
  };
  try {
    return command.run();
  } catch (const UsageError&) {
    throw;
  } catch (const hearth::NetworkError& error) {
    return failed(error.what(), app_.without_network);
  } catch (const std::bad_alloc&) {
    return failed("out of memory");
  } catch (const std::exception& error) {
    return failed(error.what(), command.hint(error.what()));
  }
}

int Program::run(const std::vector<std::string>& arguments) {
  std::vector<std::string> rest = arguments;
  const std::string first = rest.empty() ? "" : rest[0];
  std::string command;
  try {
    if (first.empty()) {
      complain(help_of(*this));
      return 2;
    }
    if (first == "--version") return show(version_of(*this));
    if (first == "--help" || first == "-h") return show(help_of(*this));
    if (first == "help") {
      rest.erase(rest.begin());
      if (rest.empty()) return show(help_of(*this));
      return show(help_of(*this, entry_of(rest)));
    }
    Entry& entry = entry_of(rest);
    command = " " + entry.name();
    return run(entry, rest);
  } catch (const UsageError& error) {
    complain(fmt::format("{0}{1}: {2}\n{0}{1} --help shows what there is.", app_.name, command,
                         error.what()));
    return 2;
  }
}

int run_app(const App& app, int argc, char** argv) {
  open_standard_files();
  int code = 1;
  try {
    code = Program(app).run(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
  } catch (const std::exception& error) {
    complain(fmt::format("{}: {}", app.name, error.what()));
  }
  const bool lost = std::ferror(stdout) != 0;
  // After an earlier failure it is another's.
  errno = 0;
  if (std::fflush(stdout) != 0 || lost) {
    complain(fmt::format("{}: the output cannot be written{}{}", app.name, errno ? ": " : "",
                         errno ? std::strerror(errno) : ""));
    return code == 0 ? 1 : code;
  }
  return code;
}
