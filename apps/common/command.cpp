// SPDX-License-Identifier: Apache-2.0
#include "common/command.h"

#include <exception>

#include <CLI/CLI.hpp>

#include "hearth/base/error.h"
#include "hearth/base/threads.h"
#include "hearth/cuda/device.h"

Command::~Command() = default;

hearth::Device Command::device() const {
  using hearth::kCPU, hearth::kCUDA;
  if (device_ == "auto") return hearth::cuda::is_available() ? kCUDA : kCPU;
  const hearth::Device device(device_);
  // Asks for what the run will need, so that the error comes first and says why.
  if (device.is_cuda()) hearth::cuda::get_device_name(device.resolved().index());
  return device;
}

int run_app(const App& app, int argc, char** argv) {
  CLI::App line(app.help, app.name);
  line.footer(app.examples);
  line.require_subcommand(1);
  line.get_formatter()->column_width(34);

  int64_t threads = 0;
  std::vector<CLI::App*> lines;
  for (const auto& command : app.commands) {
    lines.push_back(line.add_subcommand(command->name(), command->help()));
    lines.back()->footer(app.examples);
    OptionList options(*lines.back());
    command->declare(options);
    options.add("--device", command->device_, "auto (CUDA where there is one), cpu, cuda or cuda:N")
        .device();
    options.add("--threads", threads, "Threads for computing; 0: one per CPU").between(0, 4096);
    options.flag("--json", command->json_, "Print one JSON object as the last line on stdout");
  }

  try {
    line.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return line.exit(error) == 0 ? 0 : 2;
  }
  try {
    if (threads > 0) hearth::set_num_threads(static_cast<int>(threads));
    for (size_t i = 0; i < lines.size(); ++i)
      if (*lines[i]) return app.commands[i]->run();
  } catch (const hearth::NetworkError& error) {
    std::fprintf(stderr, "%s: %s\n%s\n", app.name, error.what(), app.without_network);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", app.name, error.what());
  }
  return 1;
}
