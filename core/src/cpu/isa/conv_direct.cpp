// SPDX-License-Identifier: Apache-2.0
#include "cpu/conv_direct_kernels.h"
#include "cpu/isa/unrolled.h"
#include "cpu/isa/vector.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

using V = Vector<float>;
constexpr int kLane = kLanes<float>;
// 6 x 2 accumulators, two of the other operand and one of this one: 15 of AVX2's 16 registers.
constexpr int kRows = ConvDirectKernels::kRows, kVectors = 2, kCols = kVectors * kLane;

void tile(const ConvTile& t) {
  V sums[kRows][kVectors];
  unrolled<kRows>([&](auto r) { unrolled<kVectors>([&](auto v) { sums[r][v] = V{}; }); });
  for (int64_t tap = 0; tap < t.taps; ++tap) {
    const float* const* rows = t.rows + tap * kRows;
    const float* x[kRows];
    unrolled<kRows>([&](auto r) { x[r] = rows[r] + t.first; });
    const float* w = t.weights + tap * t.weights_tap;
    for (int64_t c = 0; c < t.depth; ++c, w += kCols) {
      V in[kVectors];
      unrolled<kVectors>([&](auto v) { in[v] = load<V>(w + v * kLane); });
      unrolled<kRows>([&](auto r) {
        const V pixel = x[r][c] - V{};
        unrolled<kVectors>([&](auto v) { sums[r][v] = fma(pixel, in[v], sums[r][v]); });
      });
    }
  }
  unrolled<kRows>([&](auto r) {
    if (r >= t.count) return;
    float* to = t.results[r] + t.result_first;
    if (t.cols == kCols) {
      unrolled<kVectors>([&](auto v) {
        V sum = sums[r][v];
        if (t.accumulate) sum += load<V>(to + v * kLane);
        if (t.bias) sum += load<V>(t.bias + v * kLane);
        store(to + v * kLane, sum);
      });
      return;
    }
    float row[kCols];
    unrolled<kVectors>([&](auto v) { store(row + v * kLane, sums[r][v]); });
    for (int c = 0; c < t.cols; ++c) {
      if (t.accumulate) row[c] += to[c];
      to[c] = t.bias ? row[c] + t.bias[c] : row[c];
    }
  });
}

void gather(int64_t n, const float* const* pixels, int64_t first, int count, float* dst) {
  if (count == kCols) {
    for (int64_t i = 0; i < n; ++i, dst += kCols)
      unrolled<kVectors>(
          [&](auto v) { store(dst + v * kLane, load<V>(pixels[i] + first + v * kLane)); });
    return;
  }
  for (int64_t i = 0; i < n; ++i, dst += kCols)
    for (int c = 0; c < kCols; ++c) dst[c] = c < count ? pixels[i][first + c] : 0.0f;
}

template <int kFilters>
void grad_tile(int64_t n, const float* gy, int64_t gy_stride, const float* x, float* sums) {
  V at[kFilters][kVectors];
  unrolled<kFilters>([&](auto f) { unrolled<kVectors>([&](auto v) { at[f][v] = V{}; }); });
  for (int64_t i = 0; i < n; ++i, gy += gy_stride, x += kCols) {
    V in[kVectors];
    unrolled<kVectors>([&](auto v) { in[v] = load<V>(x + v * kLane); });
    unrolled<kFilters>([&](auto f) {
      const V grad = gy[f] - V{};
      unrolled<kVectors>([&](auto v) { at[f][v] = fma(grad, in[v], at[f][v]); });
    });
  }
  unrolled<kFilters>([&](auto f) {
    unrolled<kVectors>([&](auto v) {
      float* to = sums + f * kCols + v * kLane;
      store(to, load<V>(to) + at[f][v]);
    });
  });
}

void weight_grad(int64_t n, int64_t filters, const float* gy, int64_t gy_stride, const float* x,
                 float* sums) {
  int64_t f = 0;
  const auto some = [&](auto count) {
    grad_tile<count()>(n, gy + f, gy_stride, x, sums + f * kCols);
    f += count();
  };
  while (filters - f >= kRows) some(std::integral_constant<int, kRows>());
  if (filters - f >= 4) some(std::integral_constant<int, 4>());
  if (filters - f >= 2) some(std::integral_constant<int, 2>());
  if (filters - f >= 1) some(std::integral_constant<int, 1>());
}

constexpr ConvDirectKernels kTable = {kCols, tile, gather, weight_grad};

}  // namespace

const ConvDirectKernels& conv_direct_kernels() { return kTable; }

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
