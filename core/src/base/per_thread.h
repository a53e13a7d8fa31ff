// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <pthread.h>

#include "hearth/base/error.h"

namespace hearth {

/// A T for each thread that asks. Unlike a thread_local object it outlives the thread's other
/// objects and, in the main thread, static ones, whose destructors may still run models. To be made
/// as a static object.
template <class T>
class PerThread {
 public:
  PerThread() {
    HEARTH_CHECK(pthread_key_create(&key_, [](void* t) { delete static_cast<T*>(t); }) == 0,
                 "[threads] the process has no thread-specific keys left");
  }
  PerThread(const PerThread&) = delete;
  PerThread& operator=(const PerThread&) = delete;

  T& get() {
    if (void* t = pthread_getspecific(key_)) return *static_cast<T*>(t);
    auto made = std::make_unique<T>();
    HEARTH_CHECK(pthread_setspecific(key_, made.get()) == 0,
                 "[threads] no memory for a thread's own data");
    return *made.release();
  }

 private:
  pthread_key_t key_;
};

}  // namespace hearth
