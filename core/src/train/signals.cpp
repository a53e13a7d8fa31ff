// SPDX-License-Identifier: Apache-2.0
#include "train/signals.h"

#include <atomic>

namespace hearth::train {

namespace {

std::atomic<int> signal_received{0};
std::atomic<bool> watched{false};
static_assert(std::atomic<int>::is_always_lock_free);

void note(int signal) { signal_received.store(signal, std::memory_order_relaxed); }

}  // namespace

SignalWatch::SignalWatch(bool enabled) : mine_(enabled && !watched.exchange(true)) {
  if (!mine_) return;
  signal_received = 0;
  struct sigaction action {};
  action.sa_handler = &note;
  sigemptyset(&action.sa_mask);
  // After the first, a signal does what it did before it was watched: it kills.
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(SIGINT, nullptr, &interrupt_);
  sigaction(SIGTERM, nullptr, &terminate_);
  // What the caller ignores (nohup), stays ignored.
  if (interrupt_.sa_handler != SIG_IGN) sigaction(SIGINT, &action, nullptr);
  if (terminate_.sa_handler != SIG_IGN) sigaction(SIGTERM, &action, nullptr);
}

SignalWatch::~SignalWatch() {
  if (!mine_) return;
  sigaction(SIGINT, &interrupt_, nullptr);
  sigaction(SIGTERM, &terminate_, nullptr);
  watched = false;
}

int SignalWatch::received() {
  return watched.load(std::memory_order_relaxed) ? signal_received.load(std::memory_order_relaxed)
                                                 : 0;
}

}  // namespace hearth::train
