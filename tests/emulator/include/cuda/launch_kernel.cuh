// SPDX-License-Identifier: Apache-2.0
// In place of core's header of this name.
#pragma once

#include <tuple>

#include "cuda/runtime.h"

namespace hearth::cuda {

template <class... P, class... A>
void launch_kernel(std::string_view, void (*kernel)(P...), dim3 grid, dim3 block,
                   const A&... args) {
  emulator::enqueue(stream(), [kernel, grid, block, args = std::tuple<P...>(args...)] {
    emulator::run_grid(grid, block, [&] { std::apply(kernel, args); });
  });
}

}  // namespace hearth::cuda
