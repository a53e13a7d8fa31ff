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
  /// Around a part of the program that has a name: a node of backward, a RecordFunction.
  virtual void begin_range(std::string_view) {}
  virtual void end_range() {}
  /// Whether calls are kept to run again. The host may not read values then, nor write some past
  /// the door: Tensor::item and the like throw.
  virtual bool records() const { return false; }
  /// Of one that records: whether the calls run again on the very same memory, so that the host may
  /// know where it is.
  virtual bool replays_in_place() const { return false; }
  /// Whether it hands on other inputs than it gets, made of them.
  virtual bool converts() const { return false; }
  /// Whether it has to see what really is computed: it goes below those that convert.
  virtual bool derives() const { return false; }

  /// The one that gets the calls this hands on; null for the door.
  Interceptor* below() const { return below_; }

  /// On the stack of this thread from construction to destruction, both in that thread. Scopes may
  /// end in any order.
  class HEARTH_API Scope {
   public:
    explicit Scope(Interceptor& interceptor);
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope();

   private:
    Interceptor& interceptor_;
  };

  class Restored;
  /// Pops interceptors for a scope, down to `below`.
  class Popped {
   public:
    explicit Popped(Interceptor* below);
    Popped(const Popped&) = delete;
    Popped& operator=(const Popped&) = delete;
    ~Popped();

   private:
    friend class Scope;
    friend class Restored;
    Interceptor* top_;  ///< what is put back
    Popped* outer_;
  };

  /// Brings all back for a scope, in which a call makes another that outlives it.
  class Restored {
   public:
    Restored();
    Restored(const Restored&) = delete;
    Restored& operator=(const Restored&) = delete;
    ~Restored();

   private:
    Interceptor* top_;
    Popped* popped_;
  };

 protected:
  /// The rest of the stack, then the door.
  static void next(const Invocation& call) { invoke(call); }

 private:
  friend class InterceptedRange;
  static void remove(Interceptor*& from, const Interceptor& interceptor);

  Interceptor* below_ = nullptr;
  uint64_t number_ = 0;  ///< of its scope, which grows within the thread
};

/// A thread's interceptors, innermost first; empty nearly always.
struct InterceptorStack {
  Interceptor* top = nullptr;
  Interceptor::Popped* popped = nullptr;
  uint64_t scopes = 0;  ///< begun so far
};

// initial-exec: a direct offset instead of a call per access.
extern thread_local constinit InterceptorStack interceptor_stack_storage
    __attribute__((tls_model("initial-exec"), visibility("hidden")));
inline InterceptorStack& interceptor_stack() { return interceptor_stack_storage; }

/// Whether what this thread calls now will run again on the same memory. What the host decides and
/// keeps by itself is not decided again.
HEARTH_API bool will_replay_in_place();

/// Tells the interceptors that a range begins, and those that still listen, that it ends.
class InterceptedRange {
 public:
  explicit InterceptedRange(std::string_view name) : scopes_(begin(name)) {}
  InterceptedRange(const InterceptedRange&) = delete;
  InterceptedRange& operator=(const InterceptedRange&) = delete;
  ~InterceptedRange() { end(scopes_); }

  /// The same for who keeps the number between the two.
  static uint64_t begin(std::string_view name);
  static void end(uint64_t scopes);

 private:
  const uint64_t scopes_;  ///< begun before the range
};

}  // namespace hearth
