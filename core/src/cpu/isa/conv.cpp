// SPDX-License-Identifier: Apache-2.0
#include "cpu/conv_kernels.h"
#include "cpu/isa/unrolled.h"
#include "cpu/isa/vector.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

using V = Vector<float>;
constexpr int kLane = kLanes<float>;

/// kOut planes of y at once, kVectors registers of a row of each.
template <int kOut, int kVectors>
inline void forward_tile(const PlaneConv& c, const float* x, const float* w, int64_t w_plane,
                         const float* bias, float* y, int64_t y_plane) {
  V sums[kOut][kVectors];
  unrolled<kOut>([&](auto o) {
    unrolled<kVectors>([&](auto v) { sums[o][v] = (bias ? bias[o] : 0.0f) - V{}; });
  });
  for (int64_t i = 0; i < c.in; ++i) {
    for (int64_t kh = 0; kh < c.kernel[0]; ++kh) {
      const float* from = x + i * c.x_plane + kh * c.dilation[0] * c.x_row;
      for (int64_t kw = 0; kw < c.kernel[1]; ++kw, from += c.dilation[1], ++w) {
        V in[kVectors];
        unrolled<kVectors>([&](auto v) { in[v] = load<V>(from + v * kLane); });
        unrolled<kOut>([&](auto o) {
          const V weight = w[o * w_plane] - V{};
          unrolled<kVectors>([&](auto v) { sums[o][v] = fma(in[v], weight, sums[o][v]); });
        });
      }
    }
  }
  unrolled<kOut>([&](auto o) {
    unrolled<kVectors>([&](auto v) { store(y + o * y_plane + v * kLane, sums[o][v]); });
  });
}

template <int kOut>
inline void forward_planes(const PlaneConv& c, const float* x, const float* w, int64_t w_plane,
                           const float* bias, float* y) {
  constexpr int64_t kWidth = 2 * kLane;
  const int64_t height = c.output[0], width = c.output[1], y_plane = height * width;
  for (int64_t oh = 0; oh < height; ++oh, x += c.x_row, y += width) {
    int64_t ow = 0;
    for (; width - ow >= kWidth; ow += kWidth)
      forward_tile<kOut, 2>(c, x + ow, w, w_plane, bias, y + ow, y_plane);
    if (ow == width) continue;
    float rest[kOut * kWidth];
    if (width - ow > kLane) {
      forward_tile<kOut, 2>(c, x + ow, w, w_plane, bias, rest, kWidth);
    } else {
      forward_tile<kOut, 1>(c, x + ow, w, w_plane, bias, rest, kWidth);
    }
    for (int o = 0; o < kOut; ++o)
      std::memcpy(y + o * y_plane + ow, rest + o * kWidth,
                  static_cast<size_t>(width - ow) * sizeof(float));
  }
}

void forward(const PlaneConv& c, const float* x, const float* w, const float* bias, float* y) {
  const int64_t w_plane = c.in * c.kernel[0] * c.kernel[1], y_plane = c.output[0] * c.output[1];
  int64_t o = 0;
  const auto planes = [&](auto count) {
    forward_planes<count()>(c, x, w + o * w_plane, w_plane, bias ? bias + o : nullptr,
                            y + o * y_plane);
    o += count();
  };
  while (c.out - o >= 6) planes(std::integral_constant<int, 6>());
  if (c.out - o >= 4) planes(std::integral_constant<int, 4>());
  if (c.out - o >= 2) planes(std::integral_constant<int, 2>());
  if (c.out - o >= 1) planes(std::integral_constant<int, 1>());
}

typedef int32_t Mask __attribute__((vector_size(HEARTH_VECTOR_BYTES)));

/// All bits set in the first `count` lanes.
inline Mask first_lanes(int64_t count) {
  int32_t lanes[kLane];
  for (int i = 0; i < kLane; ++i) lanes[i] = i < count ? -1 : 0;
  return load<Mask>(lanes);
}

/// The gradient of kTaps neighbouring taps of kOut filters, over the whole plane. x's row and gy's
/// planes are those of the taps and filters.
template <int kOut, int kTaps>
inline void grad_tile(const PlaneConv& c, const float* x, const float* gy, int64_t y_row,
                      float* sums, int64_t w_plane) {
  const int64_t y_plane = c.output[0] * y_row, whole = c.output[1] / kLane * kLane;
  const Mask tail = first_lanes(c.output[1] - whole);
  V at[kOut][kTaps];
  unrolled<kOut>([&](auto o) {
    unrolled<kTaps>([&](auto t) { at[o][t] = load<V>(sums + o * w_plane + t * kLane); });
  });
  const auto step = [&](int64_t ow, const auto& read) {
    V g[kOut];
    unrolled<kOut>([&](auto o) { g[o] = load<V>(gy + o * y_plane + ow); });
    unrolled<kTaps>([&](auto t) {
      const V in = read(x + ow + t * c.dilation[1]);
      unrolled<kOut>([&](auto o) { at[o][t] = fma(in, g[o], at[o][t]); });
    });
  };
  for (int64_t oh = 0; oh < c.output[0]; ++oh, x += c.x_row, gy += y_row) {
    for (int64_t ow = 0; ow < whole; ow += kLane)
      step(ow, [](const float* p) { return load<V>(p); });
    // What lies behind the row belongs to other taps, and may be infinite.
    if (whole < c.output[1])
      step(whole, [&](const float* p) { return (V)((Mask)load<V>(p) & tail); });
  }
  unrolled<kOut>([&](auto o) {
    unrolled<kTaps>([&](auto t) { store(sums + o * w_plane + t * kLane, at[o][t]); });
  });
}

template <int kOut>
inline void grad_planes(const PlaneConv& c, const float* x, const float* gy, int64_t y_row,
                        float* sums, int64_t w_plane) {
  for (int64_t i = 0; i < c.in; ++i) {
    for (int64_t kh = 0; kh < c.kernel[0]; ++kh) {
      const float* from = x + i * c.x_plane + kh * c.dilation[0] * c.x_row;
      int64_t kw = 0;
      const auto taps = [&](auto count) {
        grad_tile<kOut, count()>(c, from + kw * c.dilation[1], gy, y_row, sums, w_plane);
        kw += count();
        sums += count() * kLane;
      };
      while (c.kernel[1] - kw >= 5) taps(std::integral_constant<int, 5>());
      if (c.kernel[1] - kw >= 3) taps(std::integral_constant<int, 3>());
      while (c.kernel[1] - kw >= 1) taps(std::integral_constant<int, 1>());
    }
  }
}

void weight_grad(const PlaneConv& c, const float* x, const float* gy, int64_t y_row, float* sums,
                 float* bias_sums) {
  const int64_t w_plane = c.in * c.kernel[0] * c.kernel[1] * kLane, y_plane = c.output[0] * y_row;
  int64_t o = 0;
  for (; o + 2 <= c.out; o += 2)
    grad_planes<2>(c, x, gy + o * y_plane, y_row, sums + o * w_plane, w_plane);
  if (o < c.out) grad_planes<1>(c, x, gy + o * y_plane, y_row, sums + o * w_plane, w_plane);
  for (o = 0; bias_sums && o < c.out; ++o, bias_sums += kLane) {
    V sum = load<V>(bias_sums);
    for (int64_t p = 0; p < y_plane; p += kLane) sum += load<V>(gy + o * y_plane + p);
    store(bias_sums, sum);
  }
}

constexpr ConvKernels kTable = {kLane, forward, weight_grad};

}  // namespace

const ConvKernels& conv_kernels() { return kTable; }

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
