// SPDX-License-Identifier: Apache-2.0
#include "audio/speech.h"

#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"

using hearth::Tensor;

namespace {

/// What a program writes to stdout; its stderr is dropped.
std::string output_of(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& s : arguments) argv.push_back(s.data());
  argv.push_back(nullptr);
  int ends[2];
  HEARTH_CHECK(::pipe2(ends, O_CLOEXEC) == 0, "no pipe: ", std::strerror(errno));
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string bytes;
  if (failed == 0) {
    char block[65536];
    for (ssize_t n = 0; (n = ::read(ends[0], block, sizeof block)) != 0;) {
      if (n > 0)
        bytes.append(block, static_cast<size_t>(n));
      else if (errno != EINTR)
        break;
    }
  }
  ::close(ends[0]);
  HEARTH_CHECK(failed == 0, arguments[0], " cannot be run: ", std::strerror(failed),
               failed == ENOENT ? "; on Debian: apt-get install espeak-ng" : "");
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  HEARTH_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, arguments[0], " failed");
  return bytes;
}

}  // namespace

Tensor speak(const std::string& text, const Voice& voice) {
  const std::string bytes =
      output_of({"espeak-ng", "-v", voice.name, "-s", std::to_string(voice.words_per_minute), "-p",
                 std::to_string(voice.pitch), "--stdout", "--", text});
  // It writes a header for a length that it does not know yet, and samples of 16 bits behind it.
  constexpr size_t kHeader = 44;
  int32_t rate = 0;
  if (bytes.size() >= kHeader) std::memcpy(&rate, bytes.data() + 24, sizeof rate);
  HEARTH_CHECK(rate == kSpeechRate, "espeak-ng gives no speech at ", kSpeechRate, " Hz as ",
               voice.name);
  std::vector<int16_t> samples((bytes.size() - kHeader) / 2);
  std::memcpy(samples.data(), bytes.data() + kHeader, 2 * samples.size());
  constexpr int kQuiet = 150;
  size_t first = 0, end = samples.size();
  while (first < end && std::abs(samples[first]) < kQuiet) ++first;
  while (end > first && std::abs(samples[end - 1]) < kQuiet) --end;
  Tensor speech = hearth::empty({static_cast<int64_t>(end - first)});
  for (size_t i = first; i < end; ++i)
    speech.data_ptr<float>()[i - first] = static_cast<float>(samples[i]) / 32768;
  return speech;
}
