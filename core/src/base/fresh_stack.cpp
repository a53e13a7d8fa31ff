// SPDX-License-Identifier: Apache-2.0
#include "base/fresh_stack.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <exception>

#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "hearth/base/error.h"

// AddressSanitizer is told which stack is in use, or it would take its own bookkeeping of the other
// for errors when exceptions unwind.
#if !defined(__has_feature)
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
extern "C" void __sanitizer_start_switch_fiber(void** fake_stack, const void* bottom, size_t size);
extern "C" void __sanitizer_finish_switch_fiber(void* fake_stack, const void** bottom,
                                                size_t* size);
#else
static void __sanitizer_start_switch_fiber(void**, const void*, size_t) {}
static void __sanitizer_finish_switch_fiber(void*, const void**, size_t*) {}
#endif

namespace hearth::detail {

namespace {

/// Memory of a stack, above a page that nobody may touch.
class Stack {
 public:
  explicit Stack(size_t bytes) : guard_(static_cast<size_t>(::sysconf(_SC_PAGESIZE))) {
    bytes_ = bytes + guard_;
    start_ = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    HEARTH_CHECK(start_ != MAP_FAILED && ::mprotect(start_, guard_, PROT_NONE) == 0,
                 "[stack] no memory for a stack of ", bytes, " bytes: ", std::strerror(errno));
  }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  ~Stack() { ::munmap(start_, bytes_); }
  void* bottom() const { return static_cast<char*>(start_) + guard_; }
  size_t size() const { return bytes_ - guard_; }

 private:
  size_t guard_, bytes_ = 0;
  void* start_ = nullptr;
};

struct Crossing {
  void (*call)(void*);
  void* data;
  std::exception_ptr thrown;
  ucontext_t here, there;
  const void* outer_bottom = nullptr;
  size_t outer_size = 0;
};

/// makecontext passes ints only.
void enter(unsigned high, unsigned low) {
  auto& crossing =
      *reinterpret_cast<Crossing*>(static_cast<uintptr_t>(high) << 32 | uintptr_t{low});
  __sanitizer_finish_switch_fiber(nullptr, &crossing.outer_bottom, &crossing.outer_size);
  try {
    crossing.call(crossing.data);
  } catch (...) {
    crossing.thrown = std::current_exception();
  }
  // Without a place for its own bookkeeping: this stack ends here.
  __sanitizer_start_switch_fiber(nullptr, crossing.outer_bottom, crossing.outer_size);
}

}  // namespace

void call_on_fresh_stack(size_t bytes, void (*call)(void*), void* data) {
  const Stack stack(bytes);
  Crossing crossing{.call = call, .data = data, .thrown = nullptr, .here = {}, .there = {}};
  HEARTH_CHECK(::getcontext(&crossing.there) == 0,
               "[stack] cannot read the thread's context: ", std::strerror(errno));
  crossing.there.uc_stack.ss_sp = stack.bottom();
  crossing.there.uc_stack.ss_size = stack.size();
  crossing.there.uc_link = &crossing.here;
  const auto address = reinterpret_cast<uintptr_t>(&crossing);
  ::makecontext(&crossing.there, reinterpret_cast<void (*)()>(enter), 2,
                static_cast<unsigned>(address >> 32), static_cast<unsigned>(address));
  void* fake_stack = nullptr;
  __sanitizer_start_switch_fiber(&fake_stack, stack.bottom(), stack.size());
  ::swapcontext(&crossing.here, &crossing.there);
  __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
  if (crossing.thrown) std::rethrow_exception(crossing.thrown);
}

}  // namespace hearth::detail
