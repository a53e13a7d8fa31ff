// SPDX-License-Identifier: Apache-2.0
// Scans along one dim of contiguous tensors.
#pragma once

#include "cuda/element.cuh"
#include "cuda/launch.cuh"
#include "cuda/lines.cuh"

namespace hearth::cuda {

inline constexpr int kItems = 4;  // of a thread, one after the other

// A scanner S has Acc, identity(), load(offset, position), merge(earlier, later) and
// store(offset, acc).

/// A block for each line: chunks of kBlock * kItems elements, with what came before carried on.
template <class S>
__global__ void __launch_bounds__(kBlock) line_kernel(Lines lines, bool reverse, S s) {
  using Acc = typename S::Acc;
  alignas(16) __shared__ unsigned char raw[2 * kBlock * sizeof(Acc)];
  Acc* from = reinterpret_cast<Acc*>(raw);
  Acc* to = from + kBlock;
  const int t = static_cast<int>(threadIdx.x);
  const int64_t n = lines.n;
  for (int64_t line = blockIdx.x; line < lines.count(); line += gridDim.x) {
    const int64_t start = lines.start(line, n);
    const auto offset = [&](int64_t i) { return start + (reverse ? n - 1 - i : i) * lines.inner; };
    Acc carry = s.identity();
    for (int64_t chunk = 0; chunk < n; chunk += kBlock * kItems) {
      Acc mine[kItems], total = s.identity();
#pragma unroll
      for (int k = 0; k < kItems; ++k) {
        const int64_t i = chunk + int64_t{t} * kItems + k;
        if (i < n) total = s.merge(total, s.load(offset(i), i));
        mine[k] = total;
      }
      from[t] = total;
      __syncthreads();
      for (int d = 1; d < kBlock; d *= 2) {
        to[t] = t >= d ? s.merge(from[t - d], from[t]) : from[t];
        Acc* swap = from;
        from = to;
        to = swap;
        __syncthreads();
      }
      const Acc before = t > 0 ? s.merge(carry, from[t - 1]) : carry;
#pragma unroll
      for (int k = 0; k < kItems; ++k) {
        const int64_t i = chunk + int64_t{t} * kItems + k;
        if (i < n) s.store(offset(i), s.merge(before, mine[k]));
      }
      carry = s.merge(carry, from[kBlock - 1]);
      __syncthreads();
    }
  }
}

/// A thread for each line; neighbours are side by side in memory.
template <class S>
__global__ void column_kernel(Lines lines, bool reverse, S s) {
  const int64_t step = int64_t{gridDim.x} * blockDim.x;
  for (int64_t line = blockIdx.x * int64_t{blockDim.x} + threadIdx.x; line < lines.count();
       line += step) {
    const int64_t start = lines.start(line, lines.n);
    typename S::Acc acc = s.identity();
    for (int64_t i = 0; i < lines.n; ++i) {
      const int64_t at = start + (reverse ? lines.n - 1 - i : i) * lines.inner;
      acc = s.merge(acc, s.load(at, i));
      s.store(at, acc);
    }
  }
}

template <class S>
void scan(const Lines& lines, bool reverse, std::string_view op, const S& s) {
  if (lines.n == 0 || lines.count() == 0) return;
  // A thread for each line reads neighbours together, but only many threads hide their waiting.
  const bool many = lines.count() >= int64_t{multiprocessors()} * kBlock;
  if (lines.n <= kItems || (many && (lines.inner >= 32 || lines.n <= 64))) {
    launch_kernel(op, column_kernel<S>, blocks_for(lines.count()), kBlock, lines, reverse, s);
  } else {
    const auto blocks = static_cast<unsigned>(std::min<int64_t>(lines.count(), 1 << 30));
    launch_kernel(op, line_kernel<S>, blocks, kBlock, lines, reverse, s);
  }
}

/// Running sums or products.
template <class A>
struct Running {
  using Acc = A;
  const void* x;
  void* y;
  ScalarType in, out;
  bool product;

  __device__ Acc identity() const { return product ? Acc(1) : Acc(0); }
  __device__ Acc load(int64_t at, int64_t) const { return load_as<Acc>(x, in, at); }
  __device__ Acc merge(Acc a, Acc b) const { return product ? a * b : a + b; }
  __device__ void store(int64_t at, Acc v) const { store_as(y, out, at, v); }
};

/// Calls f(A()) with the type to sum in: double for float and double, float for the half types, and
/// int64_t for the rest.
template <class F>
void with_sum_type(ScalarType type, const F& f) {
  if (type == kComplexFloat) return f(complex<float>());
  if (type == kComplexDouble) return f(complex<double>());
  if (type == kHalf || type == kBFloat16) return f(float());
  if (is_floating_point(type)) return f(double());
  f(int64_t());
}

/// The same, of floating types only.
template <class F>
void with_differentiable_sum_type(ScalarType type, std::string_view op, const F& f) {
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(type) || is_complex(type), "[", op,
                  "] not implemented for ", type);
  with_sum_type(type, [&]<class A>(A zero) {
    if constexpr (!std::is_same_v<A, int64_t>) f(zero);
  });
}

}  // namespace hearth::cuda
