// SPDX-License-Identifier: Apache-2.0
// Ctrl-C as a wish to end well.
#pragma once

#include <csignal>

/// While it lives, the first Ctrl-C is only noted; the next one does what it did before. One at a
/// time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  bool interrupted() const;
  /// The exit code of a program that an interrupt has ended.
  static constexpr int kExitCode = 128 + SIGINT;

 private:
  struct sigaction before_ = {};
};
