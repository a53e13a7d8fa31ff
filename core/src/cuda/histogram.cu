// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/context.h"

#include "backends/histogram_bins.h"
#include "cuda/atomic.cuh"
#include "cuda/dense.h"
#include "cuda/in_order.cuh"
#include "cuda/indexed.cuh"
#include "cuda/kernels.h"
#include "ops/histogram.h"

namespace hearth::cuda {

namespace {

/// Numbers that a block counts in shared memory, for many threads add to few places.
constexpr int kShared = 8192;

/// out[b] += how often place(i) is b; others than [0, size) are left out.
template <class Place>
__global__ void __launch_bounds__(kBlock)
    count_kernel(int64_t n, int64_t size, Place place, unsigned long long* out) {
  __shared__ unsigned counts[kShared];
  const bool own = size <= kShared;
  if (own) {
    for (int b = static_cast<int>(threadIdx.x); b < size; b += kBlock) counts[b] = 0;
    __syncthreads();
  }
  for (int64_t i = blockIdx.x * int64_t{kBlock} + threadIdx.x; i < n;
       i += int64_t{gridDim.x} * kBlock) {
    const int64_t at = place(i);
    if (at < 0 || at >= size) continue;
    if (own) {
      atomicAdd(counts + at, 1u);
    } else {
      atomicAdd(out + at, 1ull);
    }
  }
  if (!own) return;
  __syncthreads();
  for (int b = static_cast<int>(threadIdx.x); b < size; b += kBlock)
    if (counts[b]) atomicAdd(out + b, static_cast<unsigned long long>(counts[b]));
}

void zero(void* data, int64_t bytes) {
  if (bytes) check(cudaMemsetAsync(data, 0, static_cast<size_t>(bytes), stream()), "histogram");
}

template <class Place>
void count(int64_t n, int64_t size, int64_t* out, std::string_view op, const Place& place) {
  zero(out, size * static_cast<int64_t>(sizeof(int64_t)));
  if (n == 0 || size == 0) return;
  const auto blocks = static_cast<unsigned>(
      std::min<int64_t>((n + kBlock * 16 - 1) / (kBlock * 16), int64_t{multiprocessors()} * 8));
  launch_kernel(op, count_kernel<Place>, blocks, kBlock, n, size, place,
                reinterpret_cast<unsigned long long*>(out));
}

/// The place of element i of an integer tensor.
struct Places {
  const void* data;
  ScalarType type;
  int64_t size;
  Fault* fault;
  __device__ __forceinline__ int64_t operator()(int64_t i) const {
    const auto at = load_as<int64_t>(data, type, i);
    if (at >= 0 && at < size) return at;
    report_index(at, size, fault, "bincount");
    return -1;
  }
};

template <class W>
void weigh(const Places& places, int64_t n, const Tensor& weight, const Tensor& out) {
  const W* from = ptr<W>(weight);
  W* to = ptr<W>(out);
  zero(to, static_cast<int64_t>(out.nbytes()));
  if (!deterministic())
    return for_each(n, "bincount", [=] __device__(int64_t i) {
      const int64_t at = places(i);
      if (at >= 0) atomic_add(to + at, from[i]);
    });
  visit_in_order(n, places.size, 1, "bincount", places,
                 [=] __device__(int64_t at, const Visitors& visitors, int64_t) {
                   W sum = to[at];
                   for (int64_t k = 0; k < visitors.count; ++k) sum += from[visitors[k]];
                   to[at] = sum;
                 });
}

void bincount(const Call& call) {
  const Tensor x = contiguous_raw(call.in[0]);
  const Tensor& out = call.out[0];
  const int64_t n = impl(x).numel;
  const Places places{raw_data(x), impl(x).dtype, call.as<ops::Bincount>().size, fault()};
  if (!call.in.get(1).defined())
    return count(n, places.size, ptr<int64_t>(out), "bincount", places);
  const Tensor weight = contiguous_raw(call.in[1]);
  with_type(impl(weight).dtype, [&]<class W>(W) {
    if constexpr (std::is_same_v<W, float> || std::is_same_v<W, double> ||
                  std::is_same_v<W, int64_t>)
      weigh<W>(places, n, weight, out);
  });
}

/// N as T holds it.
template <class T>
struct RoundTo {
  using N = accumulate_t<T>;
  __host__ __device__ __forceinline__ N operator()(N v) const {
    if constexpr (std::is_same_v<T, N>) {
      return v;
    } else {
#ifdef __CUDA_ARCH__
      return convert<N>(convert<T>(v));
#else
      return static_cast<N>(static_cast<T>(v));
#endif
    }
  }
};

template <class T>
struct BinOf {
  const T* x;
  HistogramBins<accumulate_t<T>> bins;
  __device__ __forceinline__ int64_t operator()(int64_t i) const {
    return bins.of(convert<accumulate_t<T>>(x[i]), RoundTo<T>());
  }
};

template <class T>
void histc_as(const ops::Histc& op, const Tensor& x, const Tensor& out) {
  const Workspace counts(static_cast<size_t>(op.bins) * sizeof(int64_t));
  const HistogramBins<accumulate_t<T>> bins(op.low, op.high, op.bins, RoundTo<T>());
  const auto* from = counts.data<int64_t>();
  count(impl(x).numel, op.bins, counts.data<int64_t>(), "histc", BinOf<T>{ptr<T>(x), bins});
  T* to = ptr<T>(out);
  for_each(op.bins, "histc", [=] __device__(int64_t b) { to[b] = convert<T>(from[b]); });
}

void histc(const Call& call) {
  const Tensor x = contiguous_raw(call.in[0]);
  with_floating_type(impl(x).dtype, "histc",
                     [&]<class T>(T) { histc_as<T>(call.as<ops::Histc>(), x, call.out[0]); });
}

}  // namespace

void install_histogram() {
  ops::Bincount::row().kernel[kSlot] = &bincount;
  ops::Histc::row().kernel[kSlot] = &histc;
}

}  // namespace hearth::cuda
