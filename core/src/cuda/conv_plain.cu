// SPDX-License-Identifier: Apache-2.0
#include "cuda/conv_plain.h"
#include "cuda/launch.cuh"

namespace hearth::cuda {

namespace {

/// The sizes of a problem, and of a part of its groups.
struct Plain {
  int64_t in_channels, out_channels, group_in, group_out, area;
  int64_t in[kConvDims], out[kConvDims], kernel[kConvDims], stride[kConvDims], dilation[kConvDims],
      padding[kConvDims];

  explicit Plain(const ConvArgs& c)
      : in_channels(c.in_channels),
        out_channels(c.out_channels),
        group_in(c.in_channels / c.groups),
        group_out(c.out_channels / c.groups),
        area(c.area()) {
    for (int d = 0; d < kConvDims; ++d) {
      in[d] = c.input[d];
      out[d] = c.output(d);
      kernel[d] = c.kernel[d];
      stride[d] = c.stride[d];
      dilation[d] = c.dilation[d];
      padding[d] = c.pad_begin[d];
    }
  }
  /// The input along a dim that output `at` reads by tap k; -1 outside.
  __device__ __forceinline__ int64_t input(int d, int64_t at, int64_t k) const {
    const int64_t i = at * stride[d] - padding[d] + k * dilation[d];
    return i >= 0 && i < in[d] ? i : -1;
  }
  /// The output that reads input `at` by tap k; -1 if there is none.
  __device__ __forceinline__ int64_t output(int d, int64_t at, int64_t k) const {
    const int64_t from = at + padding[d] - k * dilation[d];
    return from >= 0 && from % stride[d] == 0 && from / stride[d] < out[d] ? from / stride[d] : -1;
  }
  /// Calls f(tap, place) for every tap that leads from position `at` to one in a plane of sizes n.
  template <class To, class F>
  __device__ __forceinline__ void taps(int64_t at, const int64_t* own, const int64_t* n,
                                       const To& to, const F& f) const {
    const int64_t w = at % own[2], h = at / own[2] % own[1], d = at / (own[2] * own[1]);
    for (int64_t i = 0; i < kernel[0]; ++i) {
      const int64_t x = to(0, d, i);
      for (int64_t j = 0; x >= 0 && j < kernel[1]; ++j) {
        const int64_t y = to(1, h, j);
        for (int64_t k = 0; y >= 0 && k < kernel[2]; ++k) {
          const int64_t z = to(2, w, k);
          if (z >= 0) f((i * kernel[1] + j) * kernel[2] + k, (x * n[1] + y) * n[2] + z);
        }
      }
    }
  }
};

}  // namespace

void plain_convolution(const ConvArgs& c, bool back, const Tensor& x, const Tensor& w,
                       const Tensor& y, const Tensor& bias) {
  using T = int64_t;
  const Plain p(c);
  const T *weights = ptr<T>(w), *b = bias.defined() ? ptr<T>(bias) : nullptr;
  const int64_t pixels = c.pixels(), positions = c.positions();
  T *input = ptr<T>(x), *output = ptr<T>(y);
  if (!back)
    return for_each(impl(y).numel, "convolution", [=] __device__(int64_t i) {
      const int64_t plane = i / positions, o = plane % p.out_channels, n = plane / p.out_channels;
      const T* from = input + (n * p.in_channels + o / p.group_out * p.group_in) * pixels;
      const T* own = weights + o * p.group_in * p.area;
      T sum = b ? b[o] : 0;
      p.taps(
          i - plane * positions, p.out, p.in,
          [&](int d, int64_t at, int64_t k) { return p.input(d, at, k); },
          [&](int64_t tap, int64_t place) {
            for (int64_t g = 0; g < p.group_in; ++g)
              sum += from[g * pixels + place] * own[g * p.area + tap];
          });
      output[i] = sum;
    });
  for_each(impl(x).numel, "convolution", [=] __device__(int64_t i) {
    const int64_t plane = i / pixels, a = plane % p.in_channels, n = plane / p.in_channels;
    const int64_t group = a / p.group_in, first = group * p.group_out;
    const T* from = output + (n * p.out_channels + first) * positions;
    const T* own = weights + (first * p.group_in + a % p.group_in) * p.area;
    T sum = b ? b[a] : 0;
    p.taps(
        i - plane * pixels, p.in, p.out,
        [&](int d, int64_t at, int64_t k) { return p.output(d, at, k); },
        [&](int64_t tap, int64_t place) {
          for (int64_t g = 0; g < p.group_out; ++g)
            sum += from[g * positions + place] * own[g * p.group_in * p.area + tap];
        });
    input[i] = sum;
  });
}

}  // namespace hearth::cuda
