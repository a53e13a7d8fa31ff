// SPDX-License-Identifier: Apache-2.0
// A program as its users run it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "neutral_environment.h"
#include "temporary.h"

struct Result {
  int code = -1;
  std::string out, err;
  /// The last line of stdout.
  std::string last() const {
    const size_t end = out.find_last_not_of('\n');
    if (end == std::string::npos) return "";
    const size_t begin = out.rfind('\n', end);
    const size_t first = begin == std::string::npos ? 0 : begin + 1;
    return out.substr(first, end + 1 - first);
  }
};

struct ProgramTest : testing::Test {
  explicit ProgramTest(const char* name) : program(std::string(HEARTH_BIN_DIR) + "/" + name) {}

  void SetUp() override {
    if (!std::filesystem::exists(program)) GTEST_SKIP() << program << " was not built";
  }

  /// Starts the program; its output goes to files, or to what is named instead. A name that is
  /// empty closes it.
  pid_t start(const std::vector<std::string>& arguments, const std::string& out,
              const std::string& err) const {
    std::vector<std::string> all{program};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& s : all) argv.push_back(s.data());
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      for (const auto& [fd, path] : {std::pair{STDOUT_FILENO, &out}, {STDERR_FILENO, &err}})
        if (!path->empty()) ::dup2(::open(path->c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), fd);
      if (out.empty()) ::close(STDOUT_FILENO);
      if (err.empty()) ::close(STDERR_FILENO);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    return child;
  }
  pid_t start(const std::vector<std::string>& arguments) const {
    return start(arguments, folder / "stdout", folder / "stderr");
  }

  Result run(const std::vector<std::string>& arguments, const std::string& out,
             const std::string& err) const {
    int status = 0;
    ::waitpid(start(arguments, out, err), &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
            read_text(folder / "stdout"), read_text(folder / "stderr")};
  }
  Result run(const std::vector<std::string>& arguments) const {
    return run(arguments, folder / "stdout", folder / "stderr");
  }

  NeutralEnvironment environment;
  std::string program;
  TemporaryFolder folder;
};
