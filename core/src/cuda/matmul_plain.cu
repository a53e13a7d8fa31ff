// SPDX-License-Identifier: Apache-2.0
#include "cuda/element.cuh"
#include "cuda/launch.cuh"
#include "cuda/matmul_plain.h"

namespace hearth::cuda {

namespace {

constexpr int kTile = 16;

/// Where matrix `index` of the batch starts.
struct Batch {
  int dims;
  int64_t sizes[MatmulArgs::kMaxBatchDims];
  int64_t a[MatmulArgs::kMaxBatchDims], b[MatmulArgs::kMaxBatchDims], c[MatmulArgs::kMaxBatchDims];
  int64_t count = 1;

  explicit Batch(const MatmulArgs& g) : dims(g.batch_dims) {
    for (int d = 0; d < dims; ++d) {
      sizes[d] = g.batch[d];
      a[d] = g.a_batch[d];
      b[d] = g.b_batch[d];
      c[d] = g.c_batch[d];
      count *= g.batch[d];
    }
  }
  __device__ void offsets(int64_t index, int64_t* at_a, int64_t* at_b, int64_t* at_c) const {
    *at_a = *at_b = *at_c = 0;
    for (int d = dims - 1; d >= 0; --d) {
      const int64_t i = index % sizes[d];
      index /= sizes[d];
      *at_a += i * a[d];
      *at_b += i * b[d];
      *at_c += i * c[d];
    }
  }
};

template <class T>
struct Problem {
  const T *a, *b, *bias;
  T* c;
  int64_t m, n, k, c_stride;
  int64_t a_row, a_col, b_row, b_col;
  double alpha, beta;
};

template <class A>
__device__ __forceinline__ A scaled(A v, double by) {
  if constexpr (kIsComplex<A>) {
    using R = typename A::value_type;
    return {v.real_ * static_cast<R>(by), v.imag_ * static_cast<R>(by)};
  } else {
    return by == 1.0 ? v : static_cast<A>(static_cast<A>(by) * v);
  }
}

template <class T>
__global__ void plain_kernel(Problem<T> p, Batch batch) {
  using A = accumulate_t<T>;
  alignas(16) __shared__ unsigned char raw[2 * kTile * (kTile + 1) * sizeof(A)];
  A(*left)[kTile + 1] = reinterpret_cast<A(*)[kTile + 1]>(raw);
  A(*right)[kTile + 1] = left + kTile;
  const int x = static_cast<int>(threadIdx.x), y = static_cast<int>(threadIdx.y);
  const int64_t tiles_n = (p.n + kTile - 1) / kTile, tiles = tiles_n * ((p.m + kTile - 1) / kTile);
  for (int64_t t = blockIdx.x; t < tiles * batch.count; t += gridDim.x) {
    int64_t at_a, at_b, at_c;
    batch.offsets(t / tiles, &at_a, &at_b, &at_c);
    const int64_t i = t % tiles / tiles_n * kTile + y, j = t % tiles % tiles_n * kTile + x;
    A sum(0);
    for (int64_t k = 0; k < p.k; k += kTile) {
      left[y][x] =
          i < p.m && k + x < p.k ? convert<A>(p.a[at_a + i * p.a_row + (k + x) * p.a_col]) : A(0);
      right[y][x] =
          k + y < p.k && j < p.n ? convert<A>(p.b[at_b + (k + y) * p.b_row + j * p.b_col]) : A(0);
      __syncthreads();
#pragma unroll
      for (int e = 0; e < kTile; ++e) sum = sum + left[y][e] * right[e][x];
      __syncthreads();
    }
    if (i >= p.m || j >= p.n) continue;
    T& c = p.c[at_c + i * p.c_stride + j];
    sum = scaled(sum, p.alpha);
    if (p.beta != 0) sum = sum + scaled(convert<A>(c), p.beta);
    if (p.bias) sum = sum + convert<A>(p.bias[j]);
    c = convert<T>(sum);
  }
}

template <class T>
__global__ void bias_kernel(Problem<T> p, Batch batch) {
  const int64_t size = p.m * p.n, step = int64_t{gridDim.x} * blockDim.x;
  for (int64_t e = blockIdx.x * int64_t{blockDim.x} + threadIdx.x; e < size * batch.count;
       e += step) {
    int64_t at_a, at_b, at_c;
    batch.offsets(e / size, &at_a, &at_b, &at_c);
    const int64_t i = e % size / p.n, j = e % size % p.n;
    p.c[at_c + i * p.c_stride + j] = p.bias[j];
  }
}

template <class T>
Problem<T> problem(const MatmulArgs& g) {
  return {static_cast<const T*>(g.a),
          static_cast<const T*>(g.b),
          static_cast<const T*>(g.bias),
          static_cast<T*>(g.c),
          g.m,
          g.n,
          g.k,
          g.c_stride,
          g.a_stride.row,
          g.a_stride.col,
          g.b_stride.row,
          g.b_stride.col,
          g.alpha,
          g.beta};
}

template <class T>
void run(const MatmulArgs& g) {
  const Batch batch(g);
  const int64_t tiles = (g.m + kTile - 1) / kTile * ((g.n + kTile - 1) / kTile) * batch.count;
  if (tiles == 0) return;
  launch_kernel("matmul", plain_kernel<T>, static_cast<unsigned>(std::min<int64_t>(tiles, 1 << 30)),
                dim3(kTile, kTile), problem<T>(g), batch);
}

template <class U>
void fill(const MatmulArgs& g) {
  const Batch batch(g);
  const int64_t n = g.m * g.n * batch.count;
  if (n == 0) return;
  launch_kernel("matmul", bias_kernel<U>, blocks_for(n), kBlock, problem<U>(g), batch);
}

}  // namespace

void matmul_plain(const MatmulArgs& g) {
  HEARTH_CHECK_AS(DtypeError, g.dtype != kBool, "[matmul] not implemented for bool");
  with_type(g.dtype, [&]<class T>(T) {
    if constexpr (!std::is_same_v<T, bool>) run<T>(g);
  });
}

void fill_with_bias(const MatmulArgs& g) {
  with_element_size(g.dtype, [&]<class U>(U) { fill<U>(g); });
}

}  // namespace hearth::cuda
