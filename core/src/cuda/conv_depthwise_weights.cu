// SPDX-License-Identifier: Apache-2.0
// Depthwise convolutions, back to their weights: blocks sum over parts of all positions, and then
// parts are added in their order.
#include "cuda/conv_depthwise.cuh"
#include "cuda/row.cuh"

namespace hearth::cuda {

namespace {

using namespace depthwise;

/// How the positions of a channel are shared out. Its threads are a block or, channels-last, a
/// column of one, beside those of its neighbours.
struct Shares {
  int64_t parts, each;  ///< positions of a part
  dim3 grid, block;

  Shares(bool last, int64_t channels, int64_t positions, int64_t taps) {
    constexpr int kWide = 32;
    block = last ? dim3(kWide, kBlock / kWide) : dim3(kBlock);
    const int64_t groups = last ? (channels + kWide - 1) / kWide : channels;
    const int64_t wanted = int64_t{multiprocessors()} * 8 / std::max<int64_t>(groups * taps, 1) + 1;
    // At least some positions for each thread, or adding them up is all there is to do.
    const int64_t most = positions / (int64_t{4} * (last ? block.y : block.x)) + 1;
    parts = std::min({wanted, most, int64_t{1024}});
    each = (positions + parts - 1) / parts;
    grid = dim3(static_cast<unsigned>(groups), static_cast<unsigned>(parts),
                static_cast<unsigned>(taps));
  }
};

/// Who sums for one channel, by the layout.
template <bool kLast>
__device__ __forceinline__ auto team() {
  if constexpr (kLast) {
    return Column{static_cast<int>(threadIdx.y), static_cast<int>(blockDim.y)};
  } else {
    return Block{static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x)};
  }
}
template <bool kLast>
__device__ __forceinline__ int64_t channel() {
  return kLast ? blockIdx.x * int64_t{blockDim.x} + threadIdx.x : blockIdx.x;
}

/// What a part sums: positions [first, last) of the order in which strips of one channel follow one
/// another.
struct Part {
  int64_t first, last;
  __device__ Part(int64_t each, int64_t positions)
      : first(blockIdx.y * each), last(min(first + each, positions)) {}
};

/// parts[part][tap][channel] = sums of K x K kernels of stride S, where every channel has one.
template <class T, int V, int K, int S, bool kLast>
__global__ void __launch_bounds__(kBlock)
    strips_kernel(Axis rows, Axis columns, Order order, Steps in, Steps out, int64_t channels,
                  int64_t each, const Pack<T, V>* x, const Pack<T, V>* y, float* parts) {
  const auto threads = team<kLast>();
  const int64_t c = channel<kLast>();
  const bool there = c < channels;
  float sum[K * K][V] = {};
  const Part part(each, order.count);
  for (int64_t u = part.first + threads.rank; there && u < part.last; u += threads.size) {
    const Spot at = order(u);
    const int first = at.strip * kStrip, top = first * S - rows.padding,
              left = at.column * S - columns.padding;
    const Pack<T, V>* gradients =
        y + at.image * out.image + c * out.channel + at.column * out.column;
    float g[kStrip][V];
#pragma unroll
    for (int o = 0; o < kStrip; ++o) {
      const bool inside = first + o < rows.out;
      const Pack<T, V> pack = inside ? gradients[(first + o) * out.row] : Pack<T, V>{};
#pragma unroll
      for (int v = 0; v < V; ++v) g[o][v] = convert<float>(pack.v[v]);
    }
    const Pack<T, V>* plane = x + at.image * in.image + c * in.channel;
#pragma unroll
    for (int r = 0; r < (kStrip - 1) * S + K; ++r) {
      const int h = top + r;
      if (h < 0 || h >= rows.in) continue;
#pragma unroll
      for (int j = 0; j < K; ++j) {
        const int column = left + j;
        if (column < 0 || column >= columns.in) continue;
        const Pack<T, V> pack = plane[h * in.row + column * in.column];
#pragma unroll
        for (int v = 0; v < V; ++v) {
          const auto value = convert<float>(pack.v[v]);
#pragma unroll
          for (int o = 0; o < kStrip; ++o)
            if (r - o * S >= 0 && r - o * S < K) sum[(r - o * S) * K + j][v] += value * g[o][v];
        }
      }
    }
  }
#pragma unroll
  for (int k = 0; k < K * K; ++k)
#pragma unroll
    for (int v = 0; v < V; ++v) {
      const float all = threads.all(sum[k][v], Add());
      if (threads.rank == 0 && there)
        parts[(blockIdx.y * int64_t{K * K} + k) * channels * V + c * V + v] = all;
    }
}

/// Any kernel, stride and dilation, a tap for each block; `share` channels of y read one of x.
template <class T, bool kLast>
__global__ void __launch_bounds__(kBlock)
    any_kernel(Axis rows, Axis columns, Order order, Steps in, Steps out, int64_t channels,
               int64_t share, int64_t each, const T* x, const T* y, accumulate_t<T>* parts) {
  using A = accumulate_t<T>;
  const auto threads = team<kLast>();
  const int64_t c = channel<kLast>();
  const bool there = c < channels;
  const int r = static_cast<int>(blockIdx.z) / columns.kernel;
  const int j = static_cast<int>(blockIdx.z) - r * columns.kernel;
  A sum(0);
  const Part part(each, order.count);
  for (int64_t u = part.first + threads.rank; there && u < part.last; u += threads.size) {
    const Spot at = order(u);
    const int h = at.strip * rows.stride - rows.padding + r * rows.dilation;
    const int column = at.column * columns.stride - columns.padding + j * columns.dilation;
    if (h < 0 || h >= rows.in || column < 0 || column >= columns.in) continue;
    const A g = convert<A>(
        y[at.image * out.image + c * out.channel + at.strip * out.row + at.column * out.column]);
    sum +=
        g * convert<A>(
                x[at.image * in.image + c / share * in.channel + h * in.row + column * in.column]);
  }
  sum = threads.all(sum, Add());
  if (threads.rank == 0 && there)
    parts[(blockIdx.y * int64_t{gridDim.z} + blockIdx.z) * channels + c] = sum;
}

/// w[channel][tap] = all parts.
template <class T, class A>
void join_parts(const A* parts, int64_t count, int64_t channels, int64_t area, T* w) {
  for_each(channels * area, "convolution", [=] __device__(int64_t i) {
    A sum(0);
    for (int64_t p = 0; p < count; ++p) sum += parts[p * channels * area + i];
    const int64_t tap = i / channels;
    w[(i - tap * channels) * area + tap] = convert<T>(sum);
  });
}

template <class T, int V, int K, int S, bool kLast>
void run_strips(const ConvArgs& c, const T* x, const T* y, T* w) {
  const Axis rows(c, 1), columns(c, 2);
  const int64_t channels = c.out_channels / V;
  // The order of strips of one channel.
  const Order order(false, c.batch, 1, strips_of(rows.out), columns.out);
  const Shares shares(kLast, channels, order.count, 1);
  const Workspace parts(static_cast<size_t>(shares.parts * K * K * c.out_channels) * sizeof(float));
  launch_kernel("convolution", strips_kernel<T, V, K, S, kLast>, shares.grid, shares.block, rows,
                columns, order, Steps(kLast, channels, rows.in, columns.in),
                Steps(kLast, channels, rows.out, columns.out), channels, shares.each,
                reinterpret_cast<const Pack<T, V>*>(x), reinterpret_cast<const Pack<T, V>*>(y),
                parts.data<float>());
  join_parts(parts.data<float>(), shares.parts, c.out_channels, c.area(), w);
}

template <class T, bool kLast>
void run_any(const ConvArgs& c, const T* x, const T* y, T* w) {
  using A = accumulate_t<T>;
  const Axis rows(c, 1), columns(c, 2);
  const int64_t channels = c.out_channels, area = c.area();
  const Order order(false, c.batch, 1, rows.out, columns.out);
  const Shares shares(kLast, channels, order.count, area);
  const Workspace parts(static_cast<size_t>(shares.parts * area * channels) * sizeof(A));
  launch_kernel("convolution", any_kernel<T, kLast>, shares.grid, shares.block, rows, columns,
                order, Steps(kLast, c.in_channels, rows.in, columns.in),
                Steps(kLast, channels, rows.out, columns.out), channels, channels / c.in_channels,
                shares.each, x, y, parts.data<A>());
  join_parts(parts.data<A>(), shares.parts, channels, area, w);
}

}  // namespace

void depthwise_backward_weights(const ConvArgs& c, const Tensor& x, const Tensor& w,
                                const Tensor& y) {
  const auto addresses =
      reinterpret_cast<uintptr_t>(raw_data(x)) | reinterpret_cast<uintptr_t>(raw_data(y));
  const bool fast = with_fast(c, addresses, [&]<class T, class K, class S>(T, K, S) {
    if (is_last(c)) {
      run_strips<T, kPack<T, K::value>, K::value, S::value, true>(c, ptr<T>(x), ptr<T>(y),
                                                                  ptr<T>(w));
    } else {
      run_strips<T, 1, K::value, S::value, false>(c, ptr<T>(x), ptr<T>(y), ptr<T>(w));
    }
  });
  if (fast) return;
  with_floating_type(c.dtype, "convolution", [&]<class T>(T) {
    is_last(c) ? run_any<T, true>(c, ptr<T>(x), ptr<T>(y), ptr<T>(w))
               : run_any<T, false>(c, ptr<T>(x), ptr<T>(y), ptr<T>(w));
  });
}

}  // namespace hearth::cuda
