// SPDX-License-Identifier: Apache-2.0
#include "cpu/conv_depthwise_kernels.h"
#include "cpu/isa/unrolled.h"
#include "cpu/isa/vector.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

constexpr int kLane = kLanes<float>;

using V = Vector<float>;

/// A register's worth of channels.
struct Whole {
  V read(const float* p) const { return load<V>(p); }
  void write(float* p, V v) const { store(p, v); }
};
/// The last of them, where they are fewer.
struct Part {
  int64_t count;
  V read(const float* p) const {
    float lanes[kLane] = {};
    for (int64_t i = 0; i < count; ++i) lanes[i] = p[i];
    return load<V>(lanes);
  }
  void write(float* p, V v) const {
    float lanes[kLane];
    store(lanes, v);
    for (int64_t i = 0; i < count; ++i) p[i] = lanes[i];
  }
};

/// f(Whole or Part, first channel) for all channels.
template <typename F>
inline void for_channels(int64_t channels, const F& f) {
  int64_t c = 0;
  for (; c + kLane <= channels; c += kLane) f(Whole(), c);
  if (c < channels) f(Part{channels - c}, c);
}

template <int kPixels>
inline void forward_pixels(const DepthwiseRun& run, int64_t first) {
  for_channels(run.channels, [&](auto some, int64_t c) {
    V sums[kPixels];
    const V start = run.bias ? some.read(run.bias + c) : V{};
    unrolled<kPixels>([&](auto p) { sums[p] = start; });
    for (int64_t row = 0; row < run.rows; ++row) {
      const float* x = run.sources[row] + first * run.source_pixel + c;
      const float* w = run.weights[row] + c;
      for (int64_t tap = 0; tap < run.taps; ++tap, x += run.source_tap, w += run.weight_tap) {
        const V weight = some.read(w);
        unrolled<kPixels>(
            [&](auto p) { sums[p] = fma(some.read(x + p * run.source_pixel), weight, sums[p]); });
      }
    }
    float* to = run.result + first * run.result_pixel + c;
    unrolled<kPixels>([&](auto p) { some.write(to + p * run.result_pixel, sums[p]); });
  });
}

void forward(const DepthwiseRun& run) {
  int64_t at = 0;
  const auto pixels = [&](auto count) {
    forward_pixels<count()>(run, at);
    at += count();
  };
  while (run.pixels - at >= 8) pixels(std::integral_constant<int, 8>());
  if (run.pixels - at >= 4) pixels(std::integral_constant<int, 4>());
  if (run.pixels - at >= 2) pixels(std::integral_constant<int, 2>());
  if (run.pixels - at >= 1) pixels(std::integral_constant<int, 1>());
}

template <int kTaps>
inline void grad_taps(int64_t channels, const float* source, int64_t source_tap,
                      int64_t source_pixel, const float* grads, int64_t grad_pixel, int64_t pixels,
                      float* sums) {
  for_channels(channels, [&](auto some, int64_t c) {
    V at[kTaps];
    unrolled<kTaps>([&](auto t) { at[t] = some.read(sums + t * channels + c); });
    const float *x = source + c, *g = grads + c;
    for (int64_t p = 0; p < pixels; ++p, x += source_pixel, g += grad_pixel) {
      const V grad = some.read(g);
      unrolled<kTaps>([&](auto t) { at[t] = fma(some.read(x + t * source_tap), grad, at[t]); });
    }
    unrolled<kTaps>([&](auto t) { some.write(sums + t * channels + c, at[t]); });
  });
}

void weight_grad(int64_t channels, int64_t taps, const float* source, int64_t source_tap,
                 int64_t source_pixel, const float* grads, int64_t grad_pixel, int64_t pixels,
                 float* sums) {
  int64_t at = 0;
  const auto some = [&](auto count) {
    grad_taps<count()>(channels, source + at * source_tap, source_tap, source_pixel, grads,
                       grad_pixel, pixels, sums + at * channels);
    at += count();
  };
  while (taps - at >= 7) some(std::integral_constant<int, 7>());
  if (taps - at >= 5) some(std::integral_constant<int, 5>());
  if (taps - at >= 3) some(std::integral_constant<int, 3>());
  while (taps - at >= 1) some(std::integral_constant<int, 1>());
}

constexpr DepthwiseKernels kTable = {forward, weight_grad};

}  // namespace

const DepthwiseKernels& depthwise_kernels() { return kTable; }

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
