// SPDX-License-Identifier: Apache-2.0
#include "fiber.h"

#include <cstdint>
#include <new>

#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#define HEARTH_FIBERS_SANITIZED 1
#else
#define HEARTH_FIBERS_SANITIZED 0
#endif

namespace hearth::emulator {

namespace {

constexpr size_t kPage = 4096, kStack = (HEARTH_FIBERS_SANITIZED ? 64 : 16) * kPage;

}  // namespace

#if defined(__x86_64__)

// Keeps what a called function must, in the order in which it takes it back.
extern "C" void hearth_emulator_switch(void** save, void* to);
asm(R"(
  .text
  .type hearth_emulator_switch, @function
hearth_emulator_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
  .size hearth_emulator_switch, .-hearth_emulator_switch
)");

#endif

namespace {

/// Who takes over, and from whom.
Fiber *entering = nullptr, *leaving = nullptr;

void enter() {
  Fiber* self = entering;
  self->arrived();
  self->body(self->argument);
}

}  // namespace

Fiber::Fiber(void (*f)(void*), void* a) : body(f), argument(a) {
  stack_ = mmap(nullptr, kStack, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stack_ == MAP_FAILED || mprotect(stack_, kPage, PROT_NONE) != 0) throw std::bad_alloc();
  size_ = kStack;
#if defined(__x86_64__)
  auto** top = reinterpret_cast<void**>(static_cast<char*>(stack_) + kStack);
  // As after a call: the address of what to return to, at a place that 16 divides but for 8.
  *--top = nullptr;
  *--top = reinterpret_cast<void*>(&enter);
  for (int i = 0; i < 6; ++i) *--top = nullptr;
  pointer_ = top;
#else
  getcontext(&context_);
  context_.uc_stack.ss_sp = stack_;
  context_.uc_stack.ss_size = kStack;
  makecontext(&context_, &enter, 0);
#endif
}

Fiber::~Fiber() {
  if (body) munmap(stack_, kStack);
}

void Fiber::switch_to(Fiber& to) {
  entering = &to;
  leaving = this;
#if HEARTH_FIBERS_SANITIZED
  __sanitizer_start_switch_fiber(&sanitizer_, to.stack_, to.size_);
#endif
#if defined(__x86_64__)
  hearth_emulator_switch(&pointer_, to.pointer_);
#else
  swapcontext(&context_, &to.context_);
#endif
  arrived();
}

void Fiber::arrived() {
#if HEARTH_FIBERS_SANITIZED
  // Where the stack of the program's own flow lies is learned here.
  const void* stack = nullptr;
  __sanitizer_finish_switch_fiber(sanitizer_, &stack, &leaving->size_);
  leaving->stack_ = const_cast<void*>(stack);
#endif
}

}  // namespace hearth::emulator
