// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/thread_state.h"
#include "dispatch/op.h"

namespace hearth {

/// A wrapper around the door: autocast, profiler, trace. While it is on the thread's stack it gets
/// every call, with itself popped, and hands on (maybe changed) calls with next().
class Interceptor {
 public:
  virtual ~Interceptor() = default;
  virtual void intercept(const Invocation& call) = 0;

  /// On the stack of this thread from construction to destruction.
  class Scope {
   public:
    explicit Scope(Interceptor& i) : interceptor_(i) {
      i.below_ = thread_state().interceptors;
      thread_state().interceptors = &i;
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { thread_state().interceptors = interceptor_.below_; }

   private:
    Interceptor& interceptor_;
  };

 protected:
  /// The rest of the stack, then the door.
  static void next(const Invocation& call) { invoke(call); }

 private:
  friend void invoke(const Invocation& call);
  Interceptor* below_ = nullptr;
};

}  // namespace hearth
