// SPDX-License-Identifier: Apache-2.0
// Kernels that work on rows: a row is shared by some lanes of a warp, by a block, or, where
// neighbouring rows interleave in memory, by a column of a block's threads.
#pragma once

#include "hearth/base/complex.h"

#include "cuda/launch.cuh"

namespace hearth::cuda {

/// Rows of n elements, `inner` apart; `inner` neighbouring rows interleave.
struct Rows {
  int64_t count, n, inner;

  __device__ __forceinline__ int64_t start(int64_t row) const {
    if (inner == 1) return row * n;
    return row / inner * n * inner + row % inner;
  }
};

/// Elements of a row that a thread keeps in registers.
inline constexpr int kKept = 8;

struct Add {
  template <class T>
  __device__ __forceinline__ T operator()(T a, T b) const {
    return a + b;
  }
};

/// Two sums at once.
template <class T>
struct Pair {
  T a, b;
  __device__ __forceinline__ Pair operator+(const Pair& o) const { return {a + o.a, b + o.b}; }
};

__device__ __forceinline__ float shuffle(float v, int mask) {
  return __shfl_xor_sync(0xffffffffu, v, mask);
}
__device__ __forceinline__ double shuffle(double v, int mask) {
  return __shfl_xor_sync(0xffffffffu, v, mask);
}
template <class T>
__device__ __forceinline__ Pair<T> shuffle(const Pair<T>& v, int mask) {
  return {shuffle(v.a, mask), shuffle(v.b, mask)};
}

template <class T>
__device__ __forceinline__ complex<T> shuffle(const complex<T>& v, int mask) {
  return complex<T>(shuffle(v.real_, mask), shuffle(v.imag_, mask));
}

/// Neighbouring lanes of a warp. `rank` of `size` (a power of two); all() combines every member's
/// value and gives it to each. All threads of the block call it together.
struct Lanes {
  int rank, size;
  template <class V, class F>
  __device__ __forceinline__ V all(V v, const F& f) const {
    for (int d = size / 2; d > 0; d /= 2) v = f(v, shuffle(v, d));
    return v;
  }
};

/// A block of a power of two of warps.
struct Block {
  int rank, size;
  template <class V, class F>
  __device__ __forceinline__ V all(V v, const F& f) const {
    __shared__ V parts[32];
    const int warps = size / 32;
    for (int d = 16; d > 0; d /= 2) v = f(v, shuffle(v, d));
    if (rank % 32 == 0) parts[rank / 32] = v;
    __syncthreads();
    v = parts[rank % 32 & (warps - 1)];
    for (int d = warps / 2; d > 0; d /= 2) v = f(v, shuffle(v, d));
    __syncthreads();
    return v;
  }
};

/// The threads of one threadIdx.x in a block of kBlock threads at most.
struct Column {
  int rank, size;
  template <class V, class F>
  __device__ __forceinline__ V all(V v, const F& f) const {
    __shared__ V parts[kBlock];
    const int width = static_cast<int>(blockDim.x), x = static_cast<int>(threadIdx.x);
    parts[rank * width + x] = v;
    __syncthreads();
    for (int d = size / 2; d > 0; d /= 2) {
      if (rank < d)
        parts[rank * width + x] = f(parts[rank * width + x], parts[(rank + d) * width + x]);
      __syncthreads();
    }
    v = parts[x];
    __syncthreads();
    return v;
  }
};

/// Runs body(team, row, start, n) for every row. Threads without a row take part with n = 0 and
/// row = -1, so that the team's all() sees every thread.
template <class F>
__global__ void lanes_kernel(Rows rows, int width, F body) {
  const int thread = static_cast<int>(threadIdx.x);
  const int64_t per_block = blockDim.x / width;
  const Lanes team{thread & (width - 1), width};
  for (int64_t first = blockIdx.x * per_block; first < rows.count; first += gridDim.x * per_block) {
    const int64_t row = first + thread / width;
    const bool there = row < rows.count;
    body(team, there ? row : -1, there ? rows.start(row) : 0, there ? rows.n : 0);
  }
}
template <class F>
__global__ void __launch_bounds__(1024) block_kernel(Rows rows, F body) {
  const Block team{static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x)};
  for (int64_t row = blockIdx.x; row < rows.count; row += gridDim.x)
    body(team, row, rows.start(row), rows.n);
}
template <class F>
__global__ void column_kernel(Rows rows, int64_t groups, F body) {
  const Column team{static_cast<int>(threadIdx.y), static_cast<int>(blockDim.y)};
  const int64_t all = rows.count / rows.inner * groups;
  for (int64_t g = blockIdx.x; g < all; g += gridDim.x) {
    const int64_t outer = g / groups, at = (g - outer * groups) * blockDim.x + threadIdx.x;
    const bool there = at < rows.inner;
    body(team, there ? outer * rows.inner + at : -1, outer * rows.n * rows.inner + at,
         there ? rows.n : 0);
  }
}

inline int power_of_two_at_least(int64_t n, int most) {
  int p = 1;
  while (p < n && p < most) p *= 2;
  return p;
}

/// Launches body(team, row, start, n), a device function object, over all rows.
template <class F>
void for_each_row(const Rows& rows, std::string_view op, const F& body) {
  if (rows.count == 0) return;
  const auto grid = [](int64_t blocks) {
    return static_cast<unsigned>(std::min<int64_t>(blocks, int64_t{1} << 30));
  };
  if (rows.inner > 1) {
    // Up to 32 columns side by side; as many threads along them as the rest of a block allows.
    int width = power_of_two_at_least(rows.inner, 32);
    const int height = power_of_two_at_least(rows.n, kBlock / width);
    if (width == 32) width = power_of_two_at_least(rows.inner, kBlock / height);
    const int64_t groups = (rows.inner + width - 1) / width;
    launch_kernel(op, column_kernel<F>, grid(rows.count / rows.inner * groups), dim3(width, height),
                  rows, groups, body);
  } else if (rows.n <= 32 * kKept) {
    const int width = power_of_two_at_least(rows.n, 32);
    const int64_t per_block = kBlock / width;
    launch_kernel(op, lanes_kernel<F>, grid((rows.count + per_block - 1) / per_block), kBlock, rows,
                  width, body);
  } else {
    const int threads = power_of_two_at_least((rows.n + kKept - 1) / kKept, 1024);
    launch_kernel(op, block_kernel<F>, grid(rows.count), threads, rows, body);
  }
}

/// A thread's elements of a row, kKept at a time: those at first + rank + k * size.
struct Places {
  int64_t first;
  int step;
  template <class Team>
  __device__ __forceinline__ Places(const Team& team, int64_t chunk)
      : first(chunk + team.rank), step(team.size) {}
  __device__ __forceinline__ int64_t operator[](int k) const { return first + int64_t{k} * step; }
};

}  // namespace hearth::cuda
