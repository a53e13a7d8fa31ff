// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/threads.h"

namespace hearth {

/// parallel_for over [0, n).
template <class F>
void parallel_for(int64_t n, int64_t grain, const F& f) {
  parallel_for(int64_t{0}, n, grain, f);
}

/// Gives OpenMP code called by this thread (oneDNN, LAPACK) the same number of threads; call it
/// before such a library. OpenMP keeps its count per thread, so this is remembered per thread.
void sync_openmp_threads();

}  // namespace hearth
