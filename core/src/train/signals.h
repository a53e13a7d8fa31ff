// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

namespace hearth::train {

/// While it lives, SIGINT and SIGTERM are noted instead of ending the program; a second one ends it
/// as ever. One at a time is in charge; others see what it notes.
class SignalWatch {
 public:
  explicit SignalWatch(bool enabled);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  /// The signal that came, or 0.
  static int received();

 private:
  bool mine_;
  struct sigaction interrupt_, terminate_;
};

}  // namespace hearth::train
