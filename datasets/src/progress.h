// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace hearth::datasets {

/// Shows how a download goes on stderr: a line that is redrawn on a terminal, else one line at the
/// start and one at the end.
class Progress {
 public:
  explicit Progress(std::string name);
  ~Progress();

  /// `done` of `total` bytes are there (0: unknown), the first `resumed` of them from before.
  void update(uint64_t done, uint64_t total, uint64_t resumed);
  void finish();

 private:
  void draw(uint64_t done, uint64_t total, uint64_t resumed);

  using Clock = std::chrono::steady_clock;
  std::string name_;
  bool terminal_, announced_ = false, drawn_ = false;
  Clock::time_point start_, last_;
  uint64_t done_ = 0;
};

}  // namespace hearth::datasets
