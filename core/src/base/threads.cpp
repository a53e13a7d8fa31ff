// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/threads.h"

#include <algorithm>
#include <atomic>
#include <exception>

#include "hearth/base/error.h"

#include "base/parallel.h"

// libgomp's own interface, declared here because clang's -fopenmp would bring a second runtime.
extern "C" {
void GOMP_parallel(void (*fn)(void*), void* data, unsigned num_threads, unsigned flags);
int omp_get_thread_num();
int omp_get_num_threads();
int omp_get_max_threads();
int omp_in_parallel();
void omp_set_num_threads(int n);
}

// ThreadSanitizer does not see how libgomp's threads wait for each other, so it is told.
#if !defined(__has_feature)
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
#else
static void __tsan_acquire(void*) {}
static void __tsan_release(void*) {}
#endif

namespace hearth {
namespace {

std::atomic<int> global_count{0};

// Initial-exec: one mov instead of a call, and these few bytes fit the static TLS reserve.
#define HEARTH_FAST_TLS thread_local __attribute__((tls_model("initial-exec")))
HEARTH_FAST_TLS constinit int thread_limit = 0;
HEARTH_FAST_TLS constinit int openmp_count = 0;
HEARTH_FAST_TLS constinit bool inside = false;

int default_count() {
  const int n = std::max(1, omp_get_max_threads());
  int unset = 0;
  global_count.compare_exchange_strong(unset, n);
  return global_count.load();
}

void check_count(int n, const char* who) {
  HEARTH_CHECK_AS(ValueError, n >= 1, "[", who, "] expected at least 1 thread, got ", n);
}

/// What one parallel region shares between its threads.
struct Region {
  detail::RangeFunction call;
  const void* f;
  int64_t begin, end, piece;
  std::atomic<int64_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr error{};

  void run(int64_t b, int64_t e) {
    try {
      call(f, b, e);
    } catch (...) {
      if (!failed.exchange(true)) error = std::current_exception();
    }
  }
};

/// Pieces are claimed one by one, so a thread that the system holds up does not hold up the rest.
void work(Region& region) {
  while (!region.failed.load(std::memory_order_relaxed)) {
    const int64_t i = region.next.fetch_add(1, std::memory_order_relaxed);
    const int64_t b = region.begin + i * region.piece;
    if (b >= region.end) break;
    region.run(b, std::min(region.end, b + region.piece));
  }
}

/// One fixed piece per thread: neighbouring operations touch the same memory from the same core.
void work_fixed(Region& region) {
  // The runtime may give fewer threads than asked for, so each strides over the pieces.
  const int64_t step = omp_get_num_threads();
  for (int64_t i = omp_get_thread_num();; i += step) {
    const int64_t b = region.begin + i * region.piece;
    if (b >= region.end) break;
    region.run(b, std::min(region.end, b + region.piece));
  }
}

template <void (*kWork)(Region&)>
void in_team(void* data) {
  auto& region = *static_cast<Region*>(data);
  const bool was_inside = inside;
  inside = true;
  __tsan_acquire(&region);
  kWork(region);
  __tsan_release(&region);
  inside = was_inside;
}

template <void (*kWork)(Region&)>
void launch(Region& region, int64_t threads) {
  __tsan_release(&region);
  GOMP_parallel(in_team<kWork>, &region, static_cast<unsigned>(threads), 0);
  __tsan_acquire(&region);
  if (region.error) std::rethrow_exception(region.error);
}

}  // namespace

void set_num_threads(int n) {
  check_count(n, "set_num_threads");
  global_count.store(n, std::memory_order_relaxed);
}

int get_num_threads() {
  if (thread_limit > 0) return thread_limit;
  const int n = global_count.load(std::memory_order_relaxed);
  return n > 0 ? n : default_count();
}

int get_thread_num() { return omp_get_thread_num(); }

bool in_parallel_region() { return inside || omp_in_parallel() != 0; }

ThreadLimitGuard::ThreadLimitGuard(int n) : previous_(thread_limit) {
  check_count(n, "ThreadLimitGuard");
  thread_limit = n;
}
ThreadLimitGuard::~ThreadLimitGuard() { thread_limit = previous_; }

void sync_openmp_threads() {
  const int n = get_num_threads();
  if (openmp_count == n) return;
  omp_set_num_threads(n);
  openmp_count = n;
}

namespace detail {

void run_parallel_for(int64_t begin, int64_t end, int64_t grain, RangeFunction call,
                      const void* f) {
  const int64_t n = end - begin;
  const int64_t most = (n - 1) / std::max<int64_t>(grain, 1) + 1;
  const int64_t threads = std::min<int64_t>(get_num_threads(), most);
  if (threads <= 1 || in_parallel_region()) {
    call(f, begin, end);
    return;
  }
  int64_t piece = (n - 1) / threads + 1;
  // Long pieces end on a multiple of 64 elements, so that no two threads write one cache line.
  if (piece >= 4096) piece = (piece + 63) / 64 * 64;
  Region region{call, f, begin, end, piece};
  launch<work_fixed>(region, threads);
}

void run_parallel_chunks(int64_t n_chunks, RangeFunction call, const void* f) {
  if (n_chunks <= 0) return;
  const int64_t threads = std::min<int64_t>(get_num_threads(), n_chunks);
  if (threads <= 1 || in_parallel_region()) {
    call(f, 0, n_chunks);
    return;
  }
  Region region{call, f, 0, n_chunks, 1};
  launch<work>(region, threads);
}

}  // namespace detail
}  // namespace hearth
