// SPDX-License-Identifier: Apache-2.0
// Launching one thread per element.
#pragma once

#include <algorithm>

#include "cuda/launch_kernel.cuh"

namespace hearth::cuda {

inline constexpr int kBlock = 256;

/// Blocks for n pieces of work, one a thread, that a grid-stride loop may share out.
inline unsigned blocks_for(int64_t n, int block = kBlock) {
  const int64_t most = int64_t{multiprocessors()} * 32;
  return static_cast<unsigned>(std::clamp<int64_t>((n + block - 1) / block, 1, most));
}

template <class F>
__global__ void for_each_kernel(int64_t n, F f) {
  for (int64_t i = blockIdx.x * int64_t{blockDim.x} + threadIdx.x; i < n;
       i += int64_t{gridDim.x} * blockDim.x)
    f(i);
}

/// Runs the device function f(i) for i in [0, n).
template <class F>
void for_each(int64_t n, std::string_view op, F f) {
  if (n == 0) return;
  launch_kernel(op, for_each_kernel<F>, blocks_for(n), kBlock, n, f);
}

/// Writes as much of a text as fits.
template <int kRoom>
__device__ inline void write_text(char (&to)[kRoom], const char* from) {
  int k = 0;
  for (; from[k] && k < kRoom - 1; ++k) to[k] = from[k];
  to[k] = 0;
}

/// Reports that index i does not fit a dim of size n. Threads that meet here write the same op and
/// size, and any of their indices will do: few devices have atomics on host memory.
__device__ inline void report_index(int64_t i, int64_t n, Fault* fault, const char* op) {
  if (*static_cast<volatile int*>(&fault->raised)) return;
  fault->index = i;
  fault->size = n;
  write_text(fault->op, op);
  fault->expected[0] = 0;
  __threadfence_system();
  fault->raised = 1;
}

/// Reports a value that op cannot take: "expected ..., got value".
__device__ inline void report_value(double value, Fault* fault, const char* op,
                                    const char* expected) {
  if (*static_cast<volatile int*>(&fault->raised)) return;
  fault->value = value;
  write_text(fault->op, op);
  write_text(fault->expected, expected);
  __threadfence_system();
  fault->raised = 1;
}

/// Whether index i fits a dim of size n, counting from the end when negative; reports it if not.
/// On success i is in [0, n); else it is 0, which callers may use when n > 0.
__device__ inline bool wrap_index(int64_t& i, int64_t n, Fault* fault, const char* op) {
  const int64_t wrapped = i < 0 ? i + n : i;
  if (wrapped >= 0 && wrapped < n) {
    i = wrapped;
    return true;
  }
  report_index(i, n, fault, op);
  i = 0;
  return false;
}

}  // namespace hearth::cuda
