// SPDX-License-Identifier: Apache-2.0
// What the passes of a depthwise convolution share. Threads follow one another as elements do in
// memory: along lines of an image or, channels-last, along packs of channels. Each has a strip of
// kStrip positions, one below the other, so that what their windows share is read once.
#pragma once

#include "cuda/channels.cuh"
#include "cuda/conv_depthwise.h"
#include "cuda/element.cuh"
#include "cuda/launch.cuh"

namespace hearth::cuda::depthwise {

inline constexpr int kStrip = 4;

template <class T, int V>
struct alignas(sizeof(T) * V) Pack {
  T v[V];
};

/// Channels of a pack with a K x K kernel in registers.
template <class T, int K>
inline constexpr int kPack = K == 3           ? 4
                             : K == 5         ? 2
                             : sizeof(T) == 2 ? 2
                                              : 1;

/// Offsets in packs between neighbours in a dense tensor of images.
struct Steps {
  int64_t image, channel, row, column;

  Steps(bool last, int64_t channels, int64_t height, int64_t width) {
    image = channels * height * width;
    channel = last ? 1 : height * width;
    row = last ? width * channels : width;
    column = last ? channels : 1;
  }
};

/// One of both dims.
struct Axis {
  int in, out, kernel, stride, dilation, padding;
  Divisor by_stride;

  Axis(const ConvArgs& c, int d)
      : in(static_cast<int>(c.input[d])),
        out(static_cast<int>(c.output(d))),
        kernel(static_cast<int>(c.kernel[d])),
        stride(static_cast<int>(c.stride[d])),
        dilation(static_cast<int>(c.dilation[d])),
        padding(static_cast<int>(c.pad_begin[d])),
        by_stride(static_cast<uint32_t>(c.stride[d])) {}
  /// The output that reads input `at` by tap k; -1 if there is none.
  __device__ __forceinline__ int output(int at, int k) const {
    const int from = at + padding - k * dilation;
    if (from < 0) return -1;
    const auto q = static_cast<int>(by_stride.divide(static_cast<uint32_t>(from)));
    return q * stride == from && q < out ? q : -1;
  }
};

/// A place in a tensor of images: of a strip of rows, or a row.
struct Spot {
  int64_t image, channel;
  int strip, column;
};

/// The order in which threads share out `count` spots.
struct Order {
  bool last;
  int64_t count;
  Quotient by_channels, by_strips, by_columns;

  Order(bool channels_last, int64_t images, int64_t channels, int64_t strips, int64_t columns)
      : last(channels_last),
        count(images * channels * strips * columns),
        by_channels(channels, count),
        by_strips(strips, count),
        by_columns(columns, count) {}
  __device__ __forceinline__ Spot operator()(int64_t i) const {
    Spot s{};
    if (last) s.channel = by_channels.split(i);
    s.column = static_cast<int>(by_columns.split(i));
    s.strip = static_cast<int>(by_strips.split(i));
    if (!last) s.channel = by_channels.split(i);
    s.image = i;
    return s;
  }
};

inline bool is_last(const ConvArgs& c) { return c.layout == ConvLayout::ChannelsLast; }
inline int64_t strips_of(int64_t rows) { return (rows + kStrip - 1) / kStrip; }

/// The side of a kernel that has one in registers; 0 for any other problem.
inline int fast_side(const ConvArgs& c) {
  const int64_t k = c.kernel[1], s = c.stride[1];
  const bool square =
      c.kernel[2] == k && c.stride[2] == s && c.dilation[1] == 1 && c.dilation[2] == 1;
  const bool known = k == 3 || k == 5 || (k == 7 && s == 1);
  if (!square || !known || s > 2 || c.in_channels != c.out_channels || c.dtype == kDouble) return 0;
  return static_cast<int>(k);
}

/// Calls f(T(), K, S), the last two as integral constants, for a problem that fast_side() knows,
/// whose tensors must be as packs want them; false where it is another.
template <class F>
bool with_fast(const ConvArgs& c, uintptr_t addresses, const F& f) {
  const int side = fast_side(c);
  if (side == 0) return false;
  bool done = false;
  with_floating_type(c.dtype, "convolution", [&]<class T>(T zero) {
    if constexpr (!std::is_same_v<T, double>) {
      const auto run = [&]<int K, int S>() {
        constexpr int V = kPack<T, K>;
        done = !is_last(c) || (c.in_channels % V == 0 && addresses % (sizeof(T) * V) == 0);
        if (done) f(zero, std::integral_constant<int, K>(), std::integral_constant<int, S>());
      };
      const bool one = c.stride[1] == 1;
      if (side == 3) return one ? run.template operator()<3, 1>() : run.template operator()<3, 2>();
      if (side == 5) return one ? run.template operator()<5, 1>() : run.template operator()<5, 2>();
      run.template operator()<7, 1>();
    }
  });
  return done;
}

}  // namespace hearth::cuda::depthwise
