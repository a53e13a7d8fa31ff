// SPDX-License-Identifier: Apache-2.0
// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, by the points 0,
// +-5/8,
// +-3/2 and infinity: with +-1 and +-2, errors are twice as large.
#include "cpu/conv_winograd_kernels.h"
#include "cpu/isa/unrolled.h"
#include "cpu/isa/vector.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

using V = Vector<float>;
constexpr int kLane = kLanes<float>;
constexpr int kOut = WinogradKernels::kOut, kTaps = WinogradKernels::kTaps;
constexpr int kIn = WinogradKernels::kIn;
// 16 accumulators of AVX-512's 32 registers hide the latency of fma; 12 of the others' 16.
constexpr int kRows = HEARTH_VECTOR_BYTES == 64 ? 8 : 6;
constexpr int kVectors = 2, kCols = kVectors * kLane;
constexpr int64_t kDepth = 64;  // summed in registers, so that errors don't grow with the depth

constexpr float kA = 0.625f, kB = 1.5f;
constexpr float kA2 = kA * kA, kB2 = kB * kB, kA3 = kA2 * kA, kB3 = kB2 * kB;
constexpr float kProduct = kA2 * kB2, kSum = kA2 + kB2;
// What the filters' polynomials are divided by at each point.
constexpr float kAt0 = 1 / kProduct;
constexpr float kAtA = 1 / (2 * kA2 * (kA2 - kB2)), kAtB = 1 / (2 * kB2 * (kB2 - kA2));

inline V fma(float k, V x, V y) { return HEARTH_ISA::fma(k - V{}, x, y); }

/// Transforms of a line of kFrom elements to one of kTo.
struct Input {
  static constexpr int kFrom = kIn, kTo = kIn;
  static inline void line(const V* d, V* t) {
    t[0] = fma(kProduct, d[0], fma(-kSum, d[2], d[4]));
    const V even_a = fma(-kB2, d[2], d[4]), odd_a = fma(-kB2, d[1], d[3]);
    t[1] = fma(kA, odd_a, even_a);
    t[2] = fma(-kA, odd_a, even_a);
    const V even_b = fma(-kA2, d[2], d[4]), odd_b = fma(-kA2, d[1], d[3]);
    t[3] = fma(kB, odd_b, even_b);
    t[4] = fma(-kB, odd_b, even_b);
    t[5] = fma(kProduct, d[1], fma(-kSum, d[3], d[5]));
  }
};
struct Output {
  static constexpr int kFrom = kIn, kTo = kOut;
  static inline void line(const V* m, V* y) {
    const V even_a = m[1] + m[2], odd_a = m[1] - m[2];
    const V even_b = m[3] + m[4], odd_b = m[3] - m[4];
    y[0] = m[0] + even_a + even_b;
    y[1] = fma(kA, odd_a, kB * odd_b);
    y[2] = fma(kA2, even_a, kB2 * even_b);
    y[3] = fma(kA3, odd_a, fma(kB3, odd_b, m[5]));
  }
};
/// Output's transpose.
struct Gradient {
  static constexpr int kFrom = kOut, kTo = kIn;
  static inline void line(const V* g, V* y) {
    y[0] = g[0];
    const V even_a = fma(kA2, g[2], g[0]), odd_a = fma(kA3, g[3], kA * g[1]);
    y[1] = even_a + odd_a;
    y[2] = even_a - odd_a;
    const V even_b = fma(kB2, g[2], g[0]), odd_b = fma(kB3, g[3], kB * g[1]);
    y[3] = even_b + odd_b;
    y[4] = even_b - odd_b;
    y[5] = g[3];
  }
};
struct Weight {
  static constexpr int kFrom = kTaps, kTo = kIn;
  static inline void line(const V* g, V* u) {
    u[0] = kAt0 * g[0];
    const V even_a = fma(kAtA * kA2, g[2], kAtA * g[0]);
    u[1] = fma(kAtA * kA, g[1], even_a);
    u[2] = fma(-kAtA * kA, g[1], even_a);
    const V even_b = fma(kAtB * kB2, g[2], kAtB * g[0]);
    u[3] = fma(kAtB * kB, g[1], even_b);
    u[4] = fma(-kAtB * kB, g[1], even_b);
    u[5] = g[2];
  }
};
/// Weight's transpose.
struct WeightGrad {
  static constexpr int kFrom = kIn, kTo = kTaps;
  static inline void line(const V* u, V* g) {
    const V even_a = kAtA * (u[1] + u[2]), odd_a = kAtA * (u[1] - u[2]);
    const V even_b = kAtB * (u[3] + u[4]), odd_b = kAtB * (u[3] - u[4]);
    g[0] = fma(kAt0, u[0], even_a + even_b);
    g[1] = fma(kA, odd_a, kB * odd_b);
    g[2] = fma(kA2, even_a, fma(kB2, even_b, u[5]));
  }
};

/// A transform of a square, its columns and then its rows. read(i, j) gives the element at row i,
/// write(i, j, value) takes one.
template <typename T, typename Read, typename Write>
inline void square(const Read& read, const Write& write) {
  V half[T::kTo][T::kFrom];
  unrolled<T::kFrom>([&](auto j) {
    V from[T::kFrom], to[T::kTo];
    unrolled<T::kFrom>([&](auto i) { from[i] = read(i, j); });
    T::line(from, to);
    unrolled<T::kTo>([&](auto i) { half[i][j] = to[i]; });
  });
  unrolled<T::kTo>([&](auto i) {
    V to[T::kTo];
    T::line(half[i], to);
    unrolled<T::kTo>([&](auto j) { write(i, j, to[j]); });
  });
}

void input(const float* const* pixels, int64_t channels, int64_t padded, float* v,
           int64_t frequency) {
  for (int64_t c = 0; c < padded; c += kLane) {
    square<Input>([&](int i, int j) { return load_first(pixels[i * kIn + j] + c, channels - c); },
                  [&](int i, int j, V value) { store(v + (i * kIn + j) * frequency + c, value); });
  }
}

void gradient(const float* const* pixels, int64_t first, int64_t count, float* y,
              int64_t frequency) {
  for (int64_t c = 0; c < kCols; c += kLane) {
    square<Gradient>(
        [&](int i, int j) { return load_first(pixels[i * kOut + j] + first + c, count - c); },
        [&](int i, int j, V value) { store(y + (i * kIn + j) * frequency + c, value); });
  }
}

void weight(int64_t n, const float* taps, int64_t tap, float* u, int64_t frequency) {
  for (int64_t at = 0; at < n * kCols; at += kLane) {
    square<Weight>(
        [&](int i, int j) { return load<V>(taps + (i * kTaps + j) * tap + at); },
        [&](int i, int j, V value) { store(u + (i * kIn + j) * frequency + at, value); });
  }
}

void weight_grad(int64_t n, const float* u, int64_t frequency, float* taps, int64_t tap) {
  for (int64_t at = 0; at < n * kCols; at += kLane) {
    square<WeightGrad>(
        [&](int i, int j) { return load<V>(u + (i * kIn + j) * frequency + at); },
        [&](int i, int j, V value) { store(taps + (i * kTaps + j) * tap + at, value); });
  }
}

void output(const float* m, int64_t frequency, const float* bias, float* const* pixels,
            int64_t first, int64_t count) {
  for (int64_t c = 0; c < count; c += kLane) {
    const V shift = bias ? load_first(bias + first + c, count - c) : V{};
    square<Output>([&](int i, int j) { return load<V>(m + (i * kIn + j) * frequency + c); },
                   [&](int i, int j, V value) {
                     float* to = pixels[i * kOut + j];
                     if (!to) return;
                     to += first + c;
                     value += shift;
                     if (count - c >= kLane) return store(to, value);
                     float lanes[kLane];
                     store(lanes, value);
                     for (int64_t k = 0; k < count - c; ++k) to[k] = lanes[k];
                   });
  }
}

void multiply(int64_t depth, const float* a, int64_t row, int64_t step, const float* b, float* sums,
              bool add) {
  const float* rows[kRows];
  unrolled<kRows>([&](auto r) { rows[r] = a + r * row; });
  for (int64_t first = 0; first < depth || !add; first += kDepth, add = true) {
    const int64_t end = first + kDepth < depth ? first + kDepth : depth;
    V at[kRows][kVectors];
    unrolled<kRows>([&](auto r) { unrolled<kVectors>([&](auto v) { at[r][v] = V{}; }); });
    for (int64_t k = first; k < end; ++k, b += kCols) {
      V in[kVectors];
      unrolled<kVectors>([&](auto v) { in[v] = load<V>(b + v * kLane); });
      unrolled<kRows>([&](auto r) {
        const V x = rows[r][k * step] - V{};
        unrolled<kVectors>([&](auto v) { at[r][v] = HEARTH_ISA::fma(x, in[v], at[r][v]); });
      });
    }
    unrolled<kRows>([&](auto r) {
      unrolled<kVectors>([&](auto v) {
        float* to = sums + r * kCols + v * kLane;
        store(to, add ? load<V>(to) + at[r][v] : at[r][v]);
      });
    });
  }
}

constexpr WinogradKernels kTable = {kRows,  kCols,  kLane,       input,   gradient,
                                    weight, output, weight_grad, multiply};

}  // namespace

const WinogradKernels& winograd_kernels() { return kTable; }

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
