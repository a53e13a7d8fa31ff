// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace hearth {

/// A mutex of four bytes, for objects of which there are many. Who waits for it sleeps.
class SmallMutex {
 public:
  void lock() {
    int free = kFree;
    if (state_.compare_exchange_strong(free, kHeld, std::memory_order_acquire)) return;
    while (state_.exchange(kWanted, std::memory_order_acquire) != kFree)
      state_.wait(kWanted, std::memory_order_relaxed);
  }
  void unlock() {
    if (state_.exchange(kFree, std::memory_order_release) == kWanted) state_.notify_one();
  }

 private:
  static constexpr int kFree = 0, kHeld = 1, kWanted = 2;  // wanted: held, and perhaps waited for
  std::atomic<int> state_{kFree};
};

}  // namespace hearth
