// SPDX-License-Identifier: Apache-2.0
// Depthwise convolutions, forward and back to their inputs.
#include "cuda/conv_depthwise.cuh"

namespace hearth::cuda {

namespace {

using namespace depthwise;

/// The weights of a call, tap by tap: offsets in packs between channels and between taps.
struct Taps {
  int64_t channel, tap, first = 0;

  /// Of [channels, area], or channels-last of [area, channels].
  Taps(bool last, int64_t channels, int64_t area)
      : channel(last ? 1 : area), tap(last ? channels : 1) {}
  /// From the last tap to the first.
  Taps reversed(int64_t area) const {
    Taps r = *this;
    r.first = (area - 1) * tap;
    r.tap = -tap;
    return r;
  }
  __device__ __forceinline__ int64_t operator()(int64_t c, int k) const {
    return first + c * channel + k * tap;
  }
};

/// to = [area, channels] of [channels, area].
template <class T>
void turn_taps(const T* from, T* to, int64_t channels, int64_t area) {
  for_each(channels * area, "convolution", [=] __device__(int64_t i) {
    const int64_t tap = i / channels;
    to[i] = from[(i - tap * channels) * area + tap];
  });
}

/// Weights as Taps reads them: for channels-last, those of neighbouring channels are neighbours.
template <class T>
class TapsOf {
 public:
  TapsOf(const ConvArgs& c, const Tensor& w)
      : turned_(is_last(c) ? static_cast<size_t>(impl(w).numel) * sizeof(T) : 0), data_(ptr<T>(w)) {
    if (!is_last(c)) return;
    turn_taps(data_, turned_.template data<T>(), c.out_channels, c.area());
    data_ = turned_.template data<T>();
  }
  const T* data() const { return data_; }

 private:
  Workspace turned_;
  const T* data_;
};

/// y = a convolution of x by K x K kernels with stride S, where every channel has one.
template <class T, int V, int K, int S>
void run_strips(const ConvArgs& c, int padding_h, int padding_w, int in_h, int in_w, int out_h,
                int out_w, const Taps& taps, const T* x, const T* w, const T* bias, T* y) {
  using A = accumulate_t<T>;
  using Some = Pack<T, V>;
  const int64_t channels = c.in_channels / V;
  const bool last = is_last(c);
  const Order order(last, c.batch, channels, strips_of(out_h), out_w);
  const Steps in(last, channels, in_h, in_w), out(last, channels, out_h, out_w);
  const auto* from = reinterpret_cast<const Some*>(x);
  const auto* weights = reinterpret_cast<const Some*>(w);
  const auto* biases = reinterpret_cast<const Some*>(bias);
  auto* to = reinterpret_cast<Some*>(y);
  for_each(order.count, "convolution", [=] __device__(int64_t i) {
    const Spot at = order(i);
    A tap[K * K][V], sum[kStrip][V];
#pragma unroll
    for (int k = 0; k < K * K; ++k) {
      const Some pack = weights[taps(at.channel, k)];
#pragma unroll
      for (int v = 0; v < V; ++v) tap[k][v] = convert<A>(pack.v[v]);
    }
#pragma unroll
    for (int v = 0; v < V; ++v) {
      const A start = biases ? convert<A>(biases[at.channel].v[v]) : A(0);
#pragma unroll
      for (int o = 0; o < kStrip; ++o) sum[o][v] = start;
    }
    const int first = at.strip * kStrip, top = first * S - padding_h,
              left = at.column * S - padding_w;
    const Some* plane = from + at.image * in.image + at.channel * in.channel;
#pragma unroll
    for (int r = 0; r < (kStrip - 1) * S + K; ++r) {
      const int h = top + r;
      if (h < 0 || h >= in_h) continue;
      const Some* line = plane + h * in.row;
#pragma unroll
      for (int j = 0; j < K; ++j) {
        const int column = left + j;
        if (column < 0 || column >= in_w) continue;
        const Some pack = line[column * in.column];
#pragma unroll
        for (int v = 0; v < V; ++v) {
          const A value = convert<A>(pack.v[v]);
#pragma unroll
          for (int o = 0; o < kStrip; ++o)
            if (r - o * S >= 0 && r - o * S < K) sum[o][v] += value * tap[(r - o * S) * K + j][v];
        }
      }
    }
    Some* result = to + at.image * out.image + at.channel * out.channel + at.column * out.column;
#pragma unroll
    for (int o = 0; o < kStrip; ++o) {
      if (first + o >= out_h) break;
      Some pack;
#pragma unroll
      for (int v = 0; v < V; ++v) pack.v[v] = convert<T>(sum[o][v]);
      result[(first + o) * out.row] = pack;
    }
  });
}

/// Any kernel, stride and dilation; several channels of y may read one of x.
template <class T>
void run_any(const ConvArgs& c, const T* x, const T* w, const T* bias, T* y) {
  using A = accumulate_t<T>;
  const bool last = is_last(c);
  const Axis rows(c, 1), columns(c, 2);
  const Order order(last, c.batch, c.out_channels, rows.out, columns.out);
  const Steps in(last, c.in_channels, rows.in, columns.in);
  const Taps taps(last, c.out_channels, c.area());
  const Quotient by_share(c.out_channels / c.in_channels, c.out_channels);
  for_each(order.count, "convolution", [=] __device__(int64_t i) {
    const Spot at = order(i);
    const T* plane = x + at.image * in.image + by_share.of(at.channel) * in.channel;
    A sum = bias ? convert<A>(bias[at.channel]) : A(0);
    for (int r = 0; r < rows.kernel; ++r) {
      const int h = at.strip * rows.stride - rows.padding + r * rows.dilation;
      if (h < 0 || h >= rows.in) continue;
      for (int j = 0; j < columns.kernel; ++j) {
        const int column = at.column * columns.stride - columns.padding + j * columns.dilation;
        if (column < 0 || column >= columns.in) continue;
        sum += convert<A>(plane[h * in.row + column * in.column]) *
               convert<A>(w[taps(at.channel, r * columns.kernel + j)]);
      }
    }
    y[i] = convert<T>(sum);
  });
}

/// Back from y to x: each element takes what outputs had of it. K: the kernel's side if it is known
/// to the compiler, else 0; with packs, each channel has one kernel.
template <class T, int V, int K>
void run_back(const ConvArgs& c, const T* y, const T* w, const T* bias, T* x) {
  using A = accumulate_t<T>;
  using Some = Pack<T, V>;
  const bool last = is_last(c);
  const Axis rows(c, 1), columns(c, 2);
  const int64_t channels = c.in_channels / V, share = c.out_channels / c.in_channels;
  const Order order(last, c.batch, channels, rows.in, columns.in);
  const Steps from(last, channels * share, rows.out, columns.out);
  const Taps taps(last, channels * share, c.area());
  const auto* source = reinterpret_cast<const Some*>(y);
  const auto* weights = reinterpret_cast<const Some*>(w);
  const auto* biases = reinterpret_cast<const Some*>(bias);
  auto* to = reinterpret_cast<Some*>(x);
  for_each(order.count, "convolution", [=] __device__(int64_t i) {
    const Spot at = order(i);
    A sum[V];
#pragma unroll
    for (int v = 0; v < V; ++v) sum[v] = biases ? convert<A>(biases[at.channel].v[v]) : A(0);
    const int height = K > 0 ? K : rows.kernel, width = K > 0 ? K : columns.kernel;
    for (int64_t s = 0; s < share; ++s) {
      const int64_t channel = at.channel * share + s;
      const Some* plane = source + at.image * from.image + channel * from.channel;
#pragma unroll
      for (int r = 0; r < height; ++r) {
        const int h = rows.output(at.strip, r);
        if (h < 0) continue;
#pragma unroll
        for (int j = 0; j < width; ++j) {
          const int column = columns.output(at.column, j);
          if (column < 0) continue;
          const Some value = plane[h * from.row + column * from.column];
          const Some tap = weights[taps(channel, r * width + j)];
#pragma unroll
          for (int v = 0; v < V; ++v) sum[v] += convert<A>(value.v[v]) * convert<A>(tap.v[v]);
        }
      }
    }
    Some pack;
#pragma unroll
    for (int v = 0; v < V; ++v) pack.v[v] = convert<T>(sum[v]);
    to[i] = pack;
  });
}

uintptr_t addresses_of(const Tensor& a, const Tensor& b, const void* bias) {
  return reinterpret_cast<uintptr_t>(raw_data(a)) | reinterpret_cast<uintptr_t>(raw_data(b)) |
         reinterpret_cast<uintptr_t>(bias);
}

}  // namespace

bool is_depthwise(const ConvArgs& c) {
  // Sizes that 32 bits count, with room for padding.
  constexpr int64_t kMost = int64_t{1} << 28;
  for (int d = 1; d < kConvDims; ++d) {
    if (c.input[d] > kMost || c.output(d) > kMost || c.pad_begin[d] > kMost) return false;
    if ((Checked(c.kernel[d]) * c.dilation[d]).value_or(kMost) >= kMost || c.stride[d] > kMost)
      return false;
  }
  return c.dims <= 2 && c.groups > 1 && c.groups == c.in_channels && c.area() <= 4096;
}

void depthwise_forward(const ConvArgs& c, const Tensor& x, const Tensor& w, const Tensor& y,
                       const void* bias) {
  const bool fast = with_fast(c, addresses_of(x, y, bias), [&]<class T, class K, class S>(T, K, S) {
    const TapsOf<T> weights(c, w);
    const auto run = [&]<int V>() {
      const Taps taps(is_last(c), c.in_channels / V, c.area());
      run_strips<T, V, K::value, S::value>(
          c, static_cast<int>(c.pad_begin[1]), static_cast<int>(c.pad_begin[2]),
          static_cast<int>(c.input[1]), static_cast<int>(c.input[2]), static_cast<int>(c.output(1)),
          static_cast<int>(c.output(2)), taps, ptr<T>(x), weights.data(),
          static_cast<const T*>(bias), ptr<T>(y));
    };
    is_last(c) ? run.template operator()<kPack<T, K::value>>() : run.template operator()<1>();
  });
  if (fast) return;
  with_floating_type(c.dtype, "convolution", [&]<class T>(T) {
    const TapsOf<T> weights(c, w);
    run_any<T>(c, ptr<T>(x), weights.data(), static_cast<const T*>(bias), ptr<T>(y));
  });
}

void depthwise_backward_data(const ConvArgs& c, const Tensor& x, const Tensor& w, const Tensor& y,
                             const void* bias) {
  const bool fast = with_fast(c, addresses_of(x, y, bias), [&]<class T, class K, class S>(T, K, S) {
    const TapsOf<T> weights(c, w);
    const auto* b = static_cast<const T*>(bias);
    const auto run = [&]<int V>() {
      if constexpr (S::value == 1) {
        // With stride 1 the way back is a convolution by the kernel from end to end.
        const Taps taps = Taps(is_last(c), c.in_channels / V, c.area()).reversed(c.area());
        const auto padding = [&](int d) { return K::value - 1 - static_cast<int>(c.pad_begin[d]); };
        run_strips<T, V, K::value, 1>(c, padding(1), padding(2), static_cast<int>(c.output(1)),
                                      static_cast<int>(c.output(2)), static_cast<int>(c.input[1]),
                                      static_cast<int>(c.input[2]), taps, ptr<T>(y), weights.data(),
                                      b, ptr<T>(x));
      } else {
        run_back<T, V, K::value>(c, ptr<T>(y), weights.data(), b, ptr<T>(x));
      }
    };
    is_last(c) ? run.template operator()<kPack<T, K::value>>() : run.template operator()<1>();
  });
  if (fast) return;
  with_floating_type(c.dtype, "convolution", [&]<class T>(T) {
    const TapsOf<T> weights(c, w);
    run_back<T, 1, 0>(c, ptr<T>(y), weights.data(), static_cast<const T*>(bias), ptr<T>(x));
  });
}

}  // namespace hearth::cuda
