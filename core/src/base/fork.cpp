// SPDX-License-Identifier: Apache-2.0
// A forked child has only the thread that forked. What others own, it must not wait for.
#include <pthread.h>

#include "base/allocator.h"

extern "C" int omp_pause_resource_all(int kind);  // libgomp's, as in base/threads.cpp

namespace hearth {

namespace {

void prepare() {
  // The forking thread's team ends; parent and child each start another when they need one. A child
  // that inherited one would wait for its threads in the first parallel region.
  constexpr int kSoft = 1;
  omp_pause_resource_all(kSoft);
  lock_allocator();
}

}  // namespace

__attribute__((constructor)) static void handle_forks() {
  pthread_atfork(prepare, unlock_allocator, unlock_allocator);
}

}  // namespace hearth
