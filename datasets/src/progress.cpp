// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include <algorithm>
#include <cstdio>

#include <unistd.h>

namespace hearth::datasets {

Progress::Progress(std::string name)
    : name_(std::move(name)), terminal_(::isatty(STDERR_FILENO)), start_(Clock::now()) {}

Progress::~Progress() {
  if (drawn_) std::fprintf(stderr, "\n");
}

void Progress::update(uint64_t done, uint64_t total, uint64_t resumed) {
  done_ = done;
  if (!announced_) {
    announced_ = true;
    start_ = Clock::now();
    if (!terminal_) {
      std::fprintf(stderr, "downloading %s", name_.c_str());
      if (total > 0) std::fprintf(stderr, " (%.1f MB)", static_cast<double>(total) / 1e6);
      if (resumed > 0)
        std::fprintf(stderr, ", the first %.1f MB are there", static_cast<double>(resumed) / 1e6);
      std::fprintf(stderr, "\n");
    }
  }
  if (!terminal_) return;
  const auto now = Clock::now();
  if (drawn_ && done != total && now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  draw(done, total, resumed);
}

void Progress::draw(uint64_t done, uint64_t total, uint64_t resumed) {
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  const double rate =
      seconds > 0 ? static_cast<double>(done - std::min(done, resumed)) / seconds : 0;
  drawn_ = true;
  std::fprintf(stderr, "\r\033[K%s  %.1f", name_.c_str(), static_cast<double>(done) / 1e6);
  if (total > 0) std::fprintf(stderr, " of %.1f", static_cast<double>(total) / 1e6);
  std::fprintf(stderr, " MB  %.1f MB/s", rate / 1e6);
  if (total > done && rate > 0) {
    const auto left = static_cast<int>(static_cast<double>(total - done) / rate);
    std::fprintf(stderr, "  ETA %d:%02d", left / 60, left % 60);
  }
  std::fflush(stderr);
}

void Progress::finish() {
  if (!terminal_) {
    std::fprintf(stderr, "downloaded %s, %.1f MB\n", name_.c_str(),
                 static_cast<double>(done_) / 1e6);
  }
}

}  // namespace hearth::datasets
