// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <queue>

#include "hearth/base/error.h"

namespace hearth::data::detail {

/// A queue between threads: pop waits for an element.
template <typename T>
class Queue {
 public:
  void push(T value) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      queue_.push(std::move(value));
    }
    filled_.notify_one();
  }
  /// Throws Error when nothing comes within the time.
  T pop(std::optional<std::chrono::milliseconds> timeout = std::nullopt) {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto filled = [this] { return !queue_.empty(); };
    if (timeout) {
      HEARTH_CHECK(filled_.wait_for(lock, *timeout, filled),
                   "Timeout in DataLoader queue while waiting for next batch (timeout was ",
                   timeout->count(), " ms)");
    } else {
      filled_.wait(lock, filled);
    }
    T value = std::move(queue_.front());
    queue_.pop();
    return value;
  }
  /// How many elements there were.
  size_t clear() {
    const std::lock_guard<std::mutex> lock(mutex_);
    const size_t size = queue_.size();
    queue_ = {};
    return size;
  }

 private:
  std::queue<T> queue_;
  std::mutex mutex_;
  std::condition_variable filled_;
};

}  // namespace hearth::data::detail
