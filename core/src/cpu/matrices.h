// SPDX-License-Identifier: Apache-2.0
// The CPU's loop over batches of matrices.
#pragma once

#include "hearth/base/context.h"

#include "backends/matrices.h"
#include "base/parallel.h"
#include "cpu/lapack/lapack.h"

namespace hearth::cpu {

/// From this many operations on, LAPACK gains from several threads.
constexpr int64_t kThreadedWork = 1 << 22;

/// Calls f(i) for each of `count` matrices: spread over the threads when there are enough of them,
/// with LAPACK on one thread each, else one after another with LAPACK on all. `work`: operations
/// for each. LAPACK may sum in another order on more threads, so it gets one where that does not
/// pay, and where results are to be deterministic.
template <class F>
void for_each_matrix(int64_t count, int64_t work, const F& f) {
  lapack::prepare();
  const auto run = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) f(i);
  };
  if (count >= get_num_threads() && count > 1) {
    const int64_t grain = std::max<int64_t>(1, (1 << 16) / std::max<int64_t>(1, work));
    if (count > grain) return parallel_for(count, grain, run);
  }
  if (work >= kThreadedWork && !deterministic()) {
    sync_openmp_threads();
    return run(0, count);
  }
  {
    const ThreadLimitGuard one(1);
    sync_openmp_threads();
    run(0, count);
  }
}

}  // namespace hearth::cpu
