// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <utility>

#include "hearth/base/generator.h"

#include "c10/macros/Macros.h"

namespace hearth {

/// Names the kind of generator that make_generator makes.
struct CPUGeneratorImpl {};

template <class Impl, class... Args>
Generator make_generator(Args&&... args) {
  return Generator(std::forward<Args>(args)...);
}

namespace detail {
inline Generator& getDefaultCPUGenerator() { return default_generator(); }
inline Generator createCPUGenerator(uint64_t seed = 67280421310721ull) { return Generator(seed); }
}  // namespace detail

}  // namespace hearth
