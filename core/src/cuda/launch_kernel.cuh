// SPDX-License-Identifier: Apache-2.0
// How kernels reach the device.
#pragma once

#include "cuda/runtime.h"

namespace hearth::cuda {

/// Launches `kernel` on the current stream.
template <class... P, class... A>
void launch_kernel(std::string_view op, void (*kernel)(P...), dim3 grid, dim3 block,
                   const A&... args) {
  kernel<<<grid, block, 0, stream()>>>(args...);
  check_launch(op);
}

}  // namespace hearth::cuda
