// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/base/dtype.h"
#include "hearth/base/macros.h"

namespace hearth {

/// Every thread-local mode, in one copyable struct: what backward and checkpoint restore.
struct ThreadState {
  bool grad_enabled = true;
  bool inference = false;
  bool anomaly = false;
  bool anomaly_check_nan = true;
  /// Inside backward, where autocast does not apply.
  bool in_backward = false;
};

// initial-exec: a direct offset instead of a call per access.
extern thread_local constinit ThreadState thread_state_storage
    __attribute__((tls_model("initial-exec"), visibility("hidden")));
inline ThreadState& thread_state() { return thread_state_storage; }

/// Sets the thread's modes for a scope.
class ThreadStateGuard {
 public:
  ThreadStateGuard() : saved_(thread_state()) {}
  explicit ThreadStateGuard(const ThreadState& next) : saved_(thread_state()) {
    thread_state() = next;
  }
  ThreadStateGuard(const ThreadStateGuard&) = delete;
  ThreadStateGuard& operator=(const ThreadStateGuard&) = delete;
  ~ThreadStateGuard() { thread_state() = saved_; }

 private:
  ThreadState saved_;
};

}  // namespace hearth
