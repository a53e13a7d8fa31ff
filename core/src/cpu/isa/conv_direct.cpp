// SPDX-License-Identifier: Apache-2.0
#include "cpu/conv_direct_kernels.h"
#include "cpu/isa/unrolled.h"
#include "cpu/isa/vector.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

using V = Vector<float>;
constexpr int kLane = kLanes<float>;
// Accumulators, two of the other operand and one of this one: 15 of AVX2's 16 registers, 27 of
// AVX-512's 32.
constexpr int kRows = HEARTH_VECTOR_BYTES == 64 ? 12 : 6;
constexpr int kVectors = 2, kCols = kVectors * kLane;

/// Apart from the sums' loop, whose registers the compiler would give away.
[[gnu::noinline]] void write(const ConvTile& t, const float (*sums)[kCols]) {
  for (int at = 0; at < t.cols; at += kLane) {
    const int64_t count = t.cols - at;
    const V bias = t.bias ? load_first(t.bias + at, count) : V{};
    for (int r = 0; r < t.count; ++r) {
      float* to = t.results[r] + t.result_first + at;
      V sum = load<V>(sums[r] + at) + bias;
      if (t.accumulate) sum += load_first(to, count);
      store_first(to, sum, count);
    }
  }
}

/// The first kUsed registers of a row; the panel's rows are kCols wide all the same.
template <int kUsed>
void tile_of(const ConvTile& t) {
  V sums[kRows][kUsed];
  unrolled<kRows>([&](auto r) { unrolled<kUsed>([&](auto v) { sums[r][v] = V{}; }); });
  const float* rows[kRows];
  unrolled<kRows>([&](auto r) { rows[r] = t.source + r * t.row; });
  const float* w = t.weights;
  for (int64_t k = 0; k < t.depth; ++k, w += kCols) {
    V in[kUsed];
    unrolled<kUsed>([&](auto v) { in[v] = load<V>(w + v * kLane); });
    unrolled<kRows>([&](auto r) {
      const V pixel = rows[r][k] - V{};
      unrolled<kUsed>([&](auto v) { sums[r][v] = fma(pixel, in[v], sums[r][v]); });
    });
  }
  float all[kRows][kCols];
  unrolled<kRows>(
      [&](auto r) { unrolled<kUsed>([&](auto v) { store(all[r] + v * kLane, sums[r][v]); }); });
  write(t, all);
}

void tile(const ConvTile& t) {
  if (t.cols > kLane) {
    tile_of<kVectors>(t);
  } else {
    tile_of<1>(t);
  }
}

void copy(const float* base, const ConvRun* runs, int64_t n_runs, int64_t first, int64_t n,
          float* to) {
  for (const ConvRun* run = runs; run < runs + n_runs && n > 0; ++run) {
    const int64_t skip = first - run->first;
    if (skip >= run->size) continue;
    const int64_t count = run->size - skip < n ? run->size - skip : n;
    const float* from = base + run->offset + skip;
    for (int64_t i = 0; i < count; i += kLane)
      store_first(to + i, load_first(from + i, count - i), count - i);
    first += count;
    to += count;
    n -= count;
  }
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
  while (filters - f >= 4) some(std::integral_constant<int, 4>());
  if (filters - f >= 2) some(std::integral_constant<int, 2>());
  if (filters - f >= 1) some(std::integral_constant<int, 1>());
}

constexpr ConvDirectKernels kTable = {kRows, kCols, tile, copy, gather, weight_grad};

}  // namespace

const ConvDirectKernels& conv_direct_kernels() { return kTable; }

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
