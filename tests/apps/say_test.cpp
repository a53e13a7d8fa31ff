// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hearth/base/progress.h"

#include "common/command.h"

namespace {

using testing::HasSubstr;

/// What a terminal gets from a program that says something while it shows progress.
std::string seen_on_terminal() {
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    ::setenv("TERM", "xterm", 1);
    hearth::Progress progress(hearth::ProgressOptions("working").total(10));
    std::this_thread::sleep_for(std::chrono::milliseconds(2100));  // then it is visible
    progress.advance();
    say(stdout, "one\ntwo\n");
    say(stderr, "three\n");
    progress.finish();
    ::_exit(0);
  }
  std::string all;
  char part[4096];
  for (ssize_t n; (n = ::read(terminal, part, sizeof part)) > 0;)
    all.append(part, static_cast<size_t>(n));
  ::waitpid(child, nullptr, 0);
  ::close(terminal);
  return all;
}

TEST(Say, WritesAboveProgress) {
  const std::string seen = seen_on_terminal();
  // The line of progress goes, and comes again below.
  EXPECT_THAT(seen, HasSubstr("\r\033[Kone\r\ntwo\r\nworking"));
  EXPECT_THAT(seen, HasSubstr("\r\033[Kthree\r\nworking"));
}

}  // namespace
