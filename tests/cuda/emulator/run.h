// SPDX-License-Identifier: Apache-2.0
// Between what emulates the runtime and what emulates a multiprocessor.
#pragma once

#include <functional>
#include <stdexcept>

#include "launch.h"

namespace hearth::emulator {

/// A kernel did what none may.
class KernelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Runs `thread` for each thread of each block. One launch at a time; throws KernelError.
void run_blocks(const Shape& shape, const std::function<void()>& thread);

}  // namespace hearth::emulator
