// SPDX-License-Identifier: Apache-2.0
// Flows of control that hand over to each other, each on a stack of its own.
#pragma once

#include <cstddef>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace hearth::emulator {

/// Runs body(argument), which never returns, whenever someone switches to it.
class Fiber {
 public:
  /// What the program runs on anyway.
  Fiber() = default;
  Fiber(void (*body)(void*), void* argument);
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  ~Fiber();

  /// Goes on with `to`; returns when someone switches back to this fiber, which is the running one.
  void switch_to(Fiber& to);
  /// What is left to do on the stack of who took over.
  void arrived();

  void (*body)(void*) = nullptr;
  void* argument = nullptr;

 private:
  void* stack_ = nullptr;  ///< the lowest page of it may not be touched
  size_t size_ = 0;
  void* sanitizer_ = nullptr;
#if defined(__x86_64__)
  void* pointer_ = nullptr;  ///< the stack's, while others run
#else
  ucontext_t context_;
#endif
};

}  // namespace hearth::emulator
