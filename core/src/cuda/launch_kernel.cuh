// SPDX-License-Identifier: Apache-2.0
// How kernels reach the device.
#pragma once

#include "cuda/runtime.h"

namespace hearth::cuda {

/// Launches `kernel` on the current stream, with `shared` bytes of dynamic_shared() for each block.
template <class... P, class... A>
void launch_kernel_shared(std::string_view op, void (*kernel)(P...), dim3 grid, dim3 block,
                          size_t shared, const A&... args) {
  // More than 48 KB must be asked for.
  if (shared > size_t{48} << 10)
    check(
        cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                             cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared)),
        op);
#ifdef HEARTH_CUDA_EMULATED
  emulator::launch(kernel, {grid, block, shared}, stream(), args...);
#else
  // clang-format off
  kernel<<<grid, block, shared, stream()>>>(args...);
  // clang-format on
#endif
  check_launch(op);
}

/// Launches `kernel` on the current stream.
template <class... P, class... A>
void launch_kernel(std::string_view op, void (*kernel)(P...), dim3 grid, dim3 block,
                   const A&... args) {
  launch_kernel_shared(op, kernel, grid, block, 0, args...);
}

/// The memory that a block of this launch shares, as T.
template <class T>
__device__ __forceinline__ T* dynamic_shared() {
#ifdef HEARTH_CUDA_EMULATED
  return static_cast<T*>(emulator::dynamic_shared());
#else
  extern __shared__ __align__(128) unsigned char hearth_dynamic_shared[];
  return reinterpret_cast<T*>(hearth_dynamic_shared);
#endif
}

}  // namespace hearth::cuda
