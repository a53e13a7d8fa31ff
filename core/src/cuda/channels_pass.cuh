// SPDX-License-Identifier: Apache-2.0
// A pass over tensors by channel, V neighbours at a time.
#pragma once

#include "cuda/channels.cuh"
#include "cuda/launch.cuh"

namespace hearth::cuda {

template <class T, int V>
struct alignas(sizeof(T) * V) Pack {
  T v[V];
};

template <int V, class T>
__device__ __forceinline__ void load_pack(T (&v)[V], const Source<T>& x, int64_t at) {
  x.visit([&](const auto* p) {
    using S = std::remove_cvref_t<decltype(*p)>;
    const auto pack = *reinterpret_cast<const Pack<S, V>*>(p + at);
#pragma unroll
    for (int j = 0; j < V; ++j) v[j] = convert<T>(pack.v[j]);
  });
}

// What a pass does is an object f: f.channel(c) are the numbers of a channel, a Channel, and
// f.pack<V>(at, numbers, step) computes elements at, ..., at + V - 1 with numbers[0],
// numbers[step],
// ... Where each sample has its own, c counts samples' channels.

/// Channels one after another: V neighbours, which divide `spatial`, have one channel.
template <int V, class F>
__global__ void plane_packs_kernel(F f, int64_t packs, Quotient spatial, Quotient channels,
                                   bool by_sample) {
  const int64_t step = int64_t{gridDim.x} * blockDim.x;
  for (int64_t i = blockIdx.x * int64_t{blockDim.x} + threadIdx.x; i < packs; i += step) {
    int64_t plane = spatial.of(i * V);
    if (!by_sample) plane -= channels.of(plane) * channels.divisor;
    const typename F::Channel numbers = f.channel(plane);
    f.template pack<V>(i * V, &numbers, 0);
  }
}

/// Channels last: a thread keeps V channels' numbers and goes down the rows.
template <int V, class F>
__global__ void pixel_packs_kernel(F f, int64_t samples, int64_t rows, int64_t channels,
                                   int64_t each) {
  const int64_t width = int64_t{blockDim.x} * V, groups = (channels + width - 1) / width;
  const int64_t stretches = (rows + each - 1) / each;
  for (int64_t job = blockIdx.x; job < samples * stretches * groups; job += gridDim.x) {
    const int64_t c = job % groups * width + threadIdx.x * V;
    if (c >= channels) continue;
    const int64_t stretch = job / groups % stretches, sample = job / groups / stretches;
    typename F::Channel numbers[V];
#pragma unroll
    for (int j = 0; j < V; ++j) numbers[j] = f.channel(sample * channels + c + j);
    const int64_t end = stretch * each + each < rows ? stretch * each + each : rows;
#pragma unroll 4
    for (int64_t r = stretch * each + threadIdx.y; r < end; r += blockDim.y)
      f.template pack<V>((sample * rows + r) * channels + c, numbers, 1);
  }
}

/// Whether V elements of one channel, or of V neighbouring channels, lie side by side everywhere.
inline bool packs_fit(const Channels& s, int V) {
  return (s.last ? s.channels : s.spatial) % V == 0;
}

template <int V, class F>
void for_each_pack(const Channels& s, bool by_sample, std::string_view op, const F& f) {
  if (!s.last) {
    const int64_t packs = s.numel() / V;
    launch_kernel(op, plane_packs_kernel<V, F>, blocks_for(packs), kBlock, f, packs,
                  Quotient(s.spatial, s.numel()), Quotient(s.channels, s.numel()), by_sample);
    return;
  }
  const int64_t samples = by_sample ? s.n : 1, rows = by_sample ? s.spatial : s.n * s.spatial;
  int width = 1;
  while (width < 32 && width * V < s.channels) width *= 2;
  const int height = kBlock / width;
  const int64_t groups = (s.channels + width * V - 1) / (width * V);
  // Stretches of at least four rows a thread, until the card is full.
  const int64_t wanted = std::max<int64_t>(1, int64_t{multiprocessors()} * 32 / (groups * samples));
  const int64_t most = std::max<int64_t>(1, rows / (4 * height));
  const int64_t stretches = std::min(wanted, most);
  const int64_t each = (rows + stretches - 1) / stretches;
  const auto blocks = static_cast<unsigned>(
      std::min<int64_t>(samples * groups * ((rows + each - 1) / each), 1 << 30));
  launch_kernel(op, pixel_packs_kernel<V, F>, blocks, dim3(width, height), f, samples, rows,
                s.channels, each);
}

}  // namespace hearth::cuda
