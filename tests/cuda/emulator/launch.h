// SPDX-License-Identifier: Apache-2.0
// Launching a kernel: what stands for kernel<<<grid, block, shared, stream>>>(args...).
#pragma once

#include <functional>
#include <memory>
#include <tuple>

#include <cuda_runtime_api.h>

namespace hearth::emulator {

struct Shape {
  dim3 grid, block;
  size_t shared = 0;  ///< bytes
};

/// Checks the launch as a device of compute capability 9.0 would, and runs it in the order of the
/// stream. `thread` is what one thread does. Errors are left for cudaGetLastError.
void launch(const Shape& shape, cudaStream_t stream, const void* kernel,
            std::function<void()> thread);

template <class... P, class... A>
void launch(void (*kernel)(P...), const Shape& shape, cudaStream_t stream, const A&... args) {
  // Kernels get copies of their arguments, as they were when launched.
  auto parameters = std::make_shared<std::tuple<P...>>(static_cast<P>(args)...);
  launch(shape, stream, reinterpret_cast<const void*>(kernel),
         [kernel, parameters] { std::apply(kernel, *parameters); });
}

}  // namespace hearth::emulator
