// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/base/macros.h"

namespace hearth {

/// Sets how many threads one operation may use, for every thread without a limit of its own.
/// Results never depend on it. Throws ValueError unless n >= 1.
HEARTH_API void set_num_threads(int n);

/// How many threads an operation started by this thread may use. Defaults to OMP_NUM_THREADS, else
/// to the CPUs this process may run on.
HEARTH_API int get_num_threads();

/// Whether the caller already runs inside a parallel region; nested ones run sequentially.
HEARTH_API bool in_parallel_region();

/// The number of the calling thread among those of its parallel region; 0 outside of one.
HEARTH_API int get_thread_num();

/// While it lives, operations started by this thread use at most `n` threads (DataLoader workers
/// use one each). Guards nest; each restores what it found.
class HEARTH_API ThreadLimitGuard {
 public:
  explicit ThreadLimitGuard(int n);
  ~ThreadLimitGuard();
  ThreadLimitGuard(const ThreadLimitGuard&) = delete;
  ThreadLimitGuard& operator=(const ThreadLimitGuard&) = delete;

 private:
  int previous_;
};

namespace detail {
using RangeFunction = void (*)(const void* f, int64_t begin, int64_t end);
HEARTH_API void run_parallel_for(int64_t begin, int64_t end, int64_t grain, RangeFunction call,
                                 const void* f);
HEARTH_API void run_parallel_chunks(int64_t n_chunks, RangeFunction call, const void* f);
}  // namespace detail

/// Calls f(b, e) on pieces that together cover [begin, end), on several threads when the range is
/// longer than `grain`. The pieces depend on the number of threads, so f must treat each index on
/// its own; what combines indices wants parallel_chunks. The first exception is rethrown here.
template <class F>
void parallel_for(int64_t begin, int64_t end, int64_t grain, const F& f) {
  if (begin >= end) return;
  if (end - begin <= grain) {
    f(begin, end);
    return;
  }
  detail::run_parallel_for(
      begin, end, grain,
      [](const void* p, int64_t b, int64_t e) { (*static_cast<const F*>(p))(b, e); }, &f);
}

/// Calls f(i) for every i in [0, n_chunks), each on some thread. A caller that cuts its work into
/// chunks by size alone gets the same result at any number of threads.
template <class F>
void parallel_chunks(int64_t n_chunks, const F& f) {
  if (n_chunks == 1) {
    f(int64_t{0});
    return;
  }
  detail::run_parallel_chunks(
      n_chunks,
      [](const void* p, int64_t b, int64_t e) {
        for (int64_t i = b; i < e; ++i) (*static_cast<const F*>(p))(i);
      },
      &f);
}

}  // namespace hearth
