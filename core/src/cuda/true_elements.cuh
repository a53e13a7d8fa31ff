// SPDX-License-Identifier: Apache-2.0
// The true elements of a mask, numbered in logical order. Blocks count those of their chunks, one
// block adds the counts up, and blocks number their elements.
#pragma once

#include "cuda/launch.cuh"
#include "ops/copy.h"

namespace hearth::cuda {

inline constexpr int kMaskItems = 16;                   // neighbouring elements of a thread
inline constexpr int kMaskChunk = kMaskItems * kBlock;  // of a block

/// Bit k of the answer: element first + k of the mask is true.
__device__ __forceinline__ unsigned true_bits(const uint8_t* mask, int64_t first, int64_t n,
                                              bool aligned) {
  unsigned bits = 0;
  if (aligned && first + kMaskItems <= n) {
    const uint4 v = *reinterpret_cast<const uint4*>(mask + first);
    const unsigned words[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
    for (int k = 0; k < kMaskItems; ++k) bits |= (words[k / 4] >> k % 4 * 8 & 0xff ? 1u : 0u) << k;
    return bits;
  }
  for (int k = 0; k < kMaskItems && first + k < n; ++k) bits |= (mask[first + k] ? 1u : 0u) << k;
  return bits;
}

/// The sum of v over the threads before this one, and of all in *total. The whole block calls it.
template <class T>
__device__ __forceinline__ T sum_before(T v, T* total) {
  __shared__ T sums[32];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
  T sum = v;
  for (int d = 1; d < 32; d *= 2) {
    const T other = __shfl_up_sync(0xffffffffu, sum, d);
    if (lane >= d) sum += other;
  }
  if (lane == 31) sums[warp] = sum;
  __syncthreads();
  T before = 0, all = 0;
  for (int w = 0; w < warps; ++w) {
    if (w < warp) before += sums[w];
    all += sums[w];
  }
  __syncthreads();
  *total = all;
  return before + sum - v;
}

static __global__ void __launch_bounds__(kBlock)
    count_true_kernel(const uint8_t* mask, int64_t n, bool aligned, int64_t* counts) {
  const int64_t first = blockIdx.x * int64_t{kMaskChunk} + threadIdx.x * kMaskItems;
  int total;
  sum_before(__popc(true_bits(mask, first, n, aligned)), &total);
  if (threadIdx.x == 0) counts[blockIdx.x] = total;
}

/// counts[i] becomes the sum of those before; counts[n] the sum of all. One block.
static __global__ void __launch_bounds__(1024) scan_counts_kernel(int64_t* counts, int64_t n) {
  int64_t before = 0;
  for (int64_t first = 0; first < n; first += blockDim.x) {
    const int64_t i = first + threadIdx.x;
    const int64_t v = i < n ? counts[i] : 0;
    int64_t total;
    const int64_t sum = sum_before(v, &total);
    if (i < n) counts[i] = before + sum;
    before += total;
  }
  if (threadIdx.x == 0) counts[n] = before;
}

/// f(number, index) of every true element.
template <class F>
__global__ void __launch_bounds__(kBlock)
    visit_true_kernel(const uint8_t* mask, int64_t n, bool aligned, const int64_t* before, F f) {
  __shared__ uint16_t chosen[kMaskChunk];
  const int64_t chunk = blockIdx.x * int64_t{kMaskChunk};
  const int mine = static_cast<int>(threadIdx.x) * kMaskItems;
  unsigned bits = true_bits(mask, chunk + mine, n, aligned);
  int total;
  int at = sum_before(__popc(bits), &total);
  for (; bits; bits &= bits - 1) chosen[at++] = static_cast<uint16_t>(mine + __ffs(bits) - 1);
  __syncthreads();
  const int64_t first = before[blockIdx.x];
  for (int k = static_cast<int>(threadIdx.x); k < total; k += kBlock)
    f(first + k, chunk + chosen[k]);
}

/// A mask broadcast to some sizes, and how many of its true elements come before each chunk.
class TrueElements {
 public:
  TrueElements(const Tensor& mask, const DimVector& sizes, const Tensor* out = nullptr)
      : mask_(dense(mask, sizes, out)),
        n_(impl(mask_).numel),
        blocks_((n_ + kMaskChunk - 1) / kMaskChunk),
        before_(static_cast<size_t>(blocks_ + 1) * sizeof(int64_t)) {
    if (n_ == 0) return;
    launch_kernel("mask", count_true_kernel, grid(), kBlock, data(), n_, aligned(), before());
    launch_kernel("mask", scan_counts_kernel, 1, 1024, before(), blocks_);
  }

  /// Waits for the device.
  int64_t count() const {
    int64_t total = 0;
    if (n_) copy_to_host(&total, before() + blocks_, sizeof total);
    return total;
  }

  template <class F>
  void visit(std::string_view op, const F& f) const {
    if (n_ == 0) return;
    launch_kernel(op, visit_true_kernel<F>, grid(), kBlock, data(), n_, aligned(), before(), f);
  }

 private:
  static Tensor dense(const Tensor& mask, const DimVector& sizes, const Tensor* out) {
    const Tensor t = impl(mask).sizes == sizes ? mask : mask.detach().expand(sizes);
    const bool shared = out && impl(t).storage == impl(*out).storage;
    return contiguous_raw(shared ? copy_raw(t, kBool, t.device()) : t);
  }
  unsigned grid() const { return static_cast<unsigned>(blocks_); }
  const uint8_t* data() const { return ptr<uint8_t>(mask_); }
  bool aligned() const { return reinterpret_cast<uintptr_t>(data()) % 16 == 0; }
  int64_t* before() const { return before_.data<int64_t>(); }

  Tensor mask_;
  int64_t n_, blocks_;
  Workspace before_;
};

}  // namespace hearth::cuda
