// SPDX-License-Identifier: Apache-2.0
#include "cuda/channels.cuh"
#include "cuda/launch.cuh"

namespace hearth::cuda {

namespace {

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

template <class T, class O, int V, bool kGrad>
__device__ __forceinline__ void apply_pack(O* y, const Source<T>& g, const Source<T>& x, int64_t at,
                                           const Factor<T>* f, int step) {
  T xs[V], gs[V];
  load_pack(xs, x, at);
  if constexpr (kGrad) load_pack(gs, g, at);
  Pack<O, V> out;
#pragma unroll
  for (int j = 0; j < V; ++j) {
    const Factor<T>& k = f[j * step];
    T value = k.b * (xs[j] - k.mean) + k.c;
    if constexpr (kGrad) value = k.a * gs[j] + value;
    out.v[j] = convert<O>(value);
  }
  *reinterpret_cast<Pack<O, V>*>(y + at) = out;
}

/// Channels one after another: V neighbours, which divide `spatial`, have one factor.
template <class T, class O, int V, bool kGrad>
__global__ void planes_kernel(O* y, Source<T> g, Source<T> x, int64_t packs, Quotient spatial,
                              Quotient channels, bool by_sample, const Factor<T>* factors) {
  const int64_t step = int64_t{gridDim.x} * blockDim.x;
  for (int64_t i = blockIdx.x * int64_t{blockDim.x} + threadIdx.x; i < packs; i += step) {
    int64_t plane = spatial.of(i * V);
    if (!by_sample) plane -= channels.of(plane) * channels.divisor;
    const Factor<T> f = factors[plane];
    apply_pack<T, O, V, kGrad>(y, g, x, i * V, &f, 0);
  }
}

/// Channels last: a thread keeps V channels' factors and goes down the rows.
template <class T, class O, int V, bool kGrad>
__global__ void pixels_kernel(O* y, Source<T> g, Source<T> x, int64_t samples, int64_t rows,
                              int64_t channels, int64_t each, const Factor<T>* factors) {
  const int64_t width = int64_t{blockDim.x} * V, groups = (channels + width - 1) / width;
  const int64_t stretches = (rows + each - 1) / each;
  for (int64_t job = blockIdx.x; job < samples * stretches * groups; job += gridDim.x) {
    const int64_t c = job % groups * width + threadIdx.x * V;
    if (c >= channels) continue;
    const int64_t stretch = job / groups % stretches, sample = job / groups / stretches;
    Factor<T> f[V];
#pragma unroll
    for (int j = 0; j < V; ++j) f[j] = factors[sample * channels + c + j];
    const int64_t end = stretch * each + each < rows ? stretch * each + each : rows;
#pragma unroll 4
    for (int64_t r = stretch * each + threadIdx.y; r < end; r += blockDim.y)
      apply_pack<T, O, V, kGrad>(y, g, x, (sample * rows + r) * channels + c, f, 1);
  }
}

template <class T, class O, int V, bool kGrad>
void launch(O* y, const Source<T>& g, const Source<T>& x, const Channels& s,
            const Factor<T>* factors, bool by_sample, std::string_view op) {
  if (!s.last) {
    const int64_t packs = s.numel() / V;
    launch_kernel(op, planes_kernel<T, O, V, kGrad>, blocks_for(packs), kBlock, y, g, x, packs,
                  Quotient(s.spatial, s.numel()), Quotient(s.channels, s.numel()), by_sample,
                  factors);
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
  launch_kernel(op, pixels_kernel<T, O, V, kGrad>, blocks, dim3(width, height), y, g, x, samples,
                rows, s.channels, each, factors);
}

template <class T, class O>
void apply(const Tensor& y, const Source<T>& g, const Source<T>& x, const Channels& s,
           const void* factors, bool by_sample, std::string_view op) {
  constexpr int V = 16 / sizeof(T);
  O* to = ptr<O>(y);
  const auto* f = static_cast<const Factor<T>*>(factors);
  const bool packs = (s.last ? s.channels : s.spatial) % V == 0 &&
                     reinterpret_cast<uintptr_t>(to) % (V * sizeof(O)) == 0 && x.aligned(V) &&
                     g.aligned(V);
  if (g) {
    if (packs) return launch<T, O, V, true>(to, g, x, s, f, by_sample, op);
    return launch<T, O, 1, true>(to, g, x, s, f, by_sample, op);
  }
  if (packs) return launch<T, O, V, false>(to, g, x, s, f, by_sample, op);
  launch<T, O, 1, false>(to, g, x, s, f, by_sample, op);
}

}  // namespace

void apply_factors(const Tensor& y, const Tensor& g, const Tensor& x, const Channels& shape,
                   const void* factors, bool by_sample, ScalarType compute, std::string_view op) {
  if (shape.numel() == 0) return;
  with_result_type(compute, impl(y).dtype, op, [&](auto t, auto o) {
    using T = decltype(t);
    apply<T, decltype(o)>(y, Source<T>(g), Source<T>(x), shape, factors, by_sample, op);
  });
}

}  // namespace hearth::cuda
