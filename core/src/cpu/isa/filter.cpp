// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "cpu/filter_kernels.h"
#include "cpu/isa/vector.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

/// a * b + c, in one rounding where that is one instruction.
inline double multiply_add(double a, double b, double c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_fma(a, b, c);
#else
  return a * b + c;
#endif
}

template <class T>
struct AllPole {
  using Lines = AllPoleLines<T>;

  /// Lines of order P, `count` at a time: each waits for its own last output only, which is added
  /// last. Everything stays in registers, as scalars: a vector of the outputs before would wait for
  /// the newest of them.
  template <int P, int count>
  static void low_order(const Lines& s, int64_t first) {
    double a[P][count], y[P][count];
#pragma GCC unroll 16
    for (int k = 0; k < P; ++k)
#pragma GCC unroll 16
      for (int l = 0; l < count; ++l) {
        a[k][l] = -static_cast<double>(s.coefficients[first + l][k]);
        y[k][l] = 0;
      }
    const int64_t n = s.n, step = s.reverse ? -1 : 1;
    int64_t at = first * n + (s.reverse ? n - 1 : 0);
    for (int64_t i = 0; i < n; ++i, at += step)
#pragma GCC unroll 16
      for (int l = 0; l < count; ++l) {
        double v = s.x[at + l * n];
#pragma GCC unroll 16
        for (int k = P - 1; k >= 0; --k) v = multiply_add(a[k][l], y[k][l], v);
#pragma GCC unroll 16
        for (int k = P - 1; k > 0; --k) y[k][l] = y[k - 1][l];
        y[0][l] = v;
        s.y[at + l * n] = static_cast<T>(v);
      }
  }

  template <int P>
  static void low_orders(const Lines& s) {
    int64_t i = 0;
    for (; i + kAllPoleLines <= s.lines; i += kAllPoleLines) low_order<P, kAllPoleLines>(s, i);
    for (; i < s.lines; ++i) low_order<P, 1>(s, i);
  }

  /// The next outputs of a line, from those before them: first what the outputs before the block
  /// bring to all of it, then what its own bring to each other.
  static void block(const double* a, int64_t order, double* y) {
    constexpr int64_t B = kAllPoleBlock;
    double v[B];
    for (int64_t j = 0; j < B; ++j) v[j] = y[j];
    for (int64_t k = order; k >= B; --k)
      for (int64_t j = 0; j < B; ++j) v[j] = multiply_add(a[k - 1], y[j - k], v[j]);
    for (int64_t k = order < B ? order : B - 1; k > 0; --k)
      for (int64_t j = 0; j < k; ++j) v[j] = multiply_add(a[k - 1], y[j - k], v[j]);
    for (int64_t j = 0; j < B; ++j)
      for (int64_t k = j < order ? j : order; k > 0; --k)
        v[j] = multiply_add(a[k - 1], v[j - k], v[j]);
    for (int64_t j = 0; j < B; ++j) y[j] = v[j];
  }

  static void high_order(const Lines& s, int64_t line) {
    double *a = s.scratch, *past = a + s.order, *y = past + s.order;
    for (int64_t k = 0; k < s.order; ++k) {
      a[k] = -static_cast<double>(s.coefficients[line][k]);
      past[k] = 0;
    }
    const int64_t step = s.reverse ? -1 : 1;
    const T* x = s.x + line * s.n + (s.reverse ? s.n - 1 : 0);
    T* out = s.y + line * s.n + (s.reverse ? s.n - 1 : 0);
    for (int64_t i = 0; i < s.n; i += kAllPoleChunk) {
      const int64_t n = s.n - i < kAllPoleChunk ? s.n - i : kAllPoleChunk;
      for (int64_t j = 0; j < n; ++j) y[j] = x[(i + j) * step];
      for (int64_t j = n; j < n + kAllPoleBlock; ++j) y[j] = 0;
      for (int64_t j = 0; j < n; j += kAllPoleBlock) block(a, s.order, y + j);
      for (int64_t j = 0; j < n; ++j) out[(i + j) * step] = static_cast<T>(y[j]);
      for (int64_t k = 0; k < s.order; ++k) past[k] = past[n + k];
    }
  }

  static void run(const Lines& s) {
    switch (s.order) {
      case 1:
        return low_orders<1>(s);
      case 2:
        return low_orders<2>(s);
      case 3:
        return low_orders<3>(s);
      case 4:
        return low_orders<4>(s);
      default:
        for (int64_t i = 0; i < s.lines; ++i) high_order(s, i);
    }
  }
};

template <class T>
struct Polyphase {
  using V = Vector<T>;
  static constexpr int kBlock = 16 / sizeof(T);
  static constexpr int kBlocks = kLanes<T> / kBlock;

  /// In each 16 bytes, every second element of a, then of b, from `odd` on.
  template <int odd, int... I>
  static V halves(V a, V b, std::integer_sequence<int, I...>) {
    return __builtin_shufflevector(a, b,
                                   (I / kBlock * kBlock + 2 * (I % kBlock) % kBlock + odd +
                                    (I % kBlock < kBlock / 2 ? 0 : kLanes<T>))...);
  }
  /// Every second 16 bytes of a, then of b.
  template <int odd, int... I>
  static V blocks(V a, V b, std::integer_sequence<int, I...>) {
    return __builtin_shufflevector(a, b,
                                   ((2 * (I / kBlock) % kBlocks + odd) * kBlock + I % kBlock +
                                    (I / kBlock < kBlocks / 2 ? 0 : kLanes<T>))...);
  }

  /// The sums of v[0], v[1] ... as the lanes of one register, each added up in the same order.
  static V sums(V (&v)[kLanes<T>]) {
    constexpr auto lanes = std::make_integer_sequence<int, kLanes<T>>();
    int n = kLanes<T>;
    for (int size = kBlock; size > 1; size /= 2, n /= 2)
      for (int i = 0; i < n / 2; ++i)
        v[i] = halves<0>(v[2 * i], v[2 * i + 1], lanes) + halves<1>(v[2 * i], v[2 * i + 1], lanes);
    if constexpr (kBlocks > 1)
      for (int size = kBlocks; size > 1; size /= 2, n /= 2)
        for (int i = 0; i < n / 2; ++i)
          v[i] =
              blocks<0>(v[2 * i], v[2 * i + 1], lanes) + blocks<1>(v[2 * i], v[2 * i + 1], lanes);
    return v[0];
  }

  /// `known`: the number of registers of a window, or 0 when the compiler does not know it.
  template <int known>
  static void outputs(const PolyphaseOutputs<T>& s) {
    const int64_t vectors = known ? known : s.vectors, last = s.taps - kLanes<T>;
    const int64_t step = s.orig / s.fresh, more = s.orig % s.fresh;
    int64_t remainder = s.remainder, entry = s.entry;
    const T *x = s.x, *f = s.filters + entry * vectors * kLanes<T>;
    for (int64_t i = 0; i < s.count; i += kLanes<T>) {
      V products[kLanes<T>];
      const int64_t n = s.count - i < kLanes<T> ? s.count - i : kLanes<T>;
      for (int k = 0; k < kLanes<T>; ++k) {
        // Lanes to spare do what the last output does.
        V sum = load<V>(x + last) * load<V>(f + (vectors - 1) * kLanes<T>);
        for (int64_t r = 0; r < vectors - 1; ++r)
          sum = fma(load<V>(x + r * kLanes<T>), load<V>(f + r * kLanes<T>), sum);
        products[k] = sum;
        if (i + k + 1 >= s.count) continue;
        const bool carry = remainder + more >= s.fresh;
        remainder += more - (carry ? s.fresh : 0);
        x += step + carry;
        f += vectors * kLanes<T>;
        if (++entry == s.entries) {
          entry = 0;
          f = s.filters;
        }
      }
      const V y = sums(products);
      std::memcpy(s.y + i, &y, static_cast<size_t>(n) * sizeof(T));
    }
  }

  static void run(const PolyphaseOutputs<T>& s) {
    switch (s.vectors) {
      case 1:
        return outputs<1>(s);
      case 2:
        return outputs<2>(s);
      case 3:
        return outputs<3>(s);
      case 4:
        return outputs<4>(s);
      case 5:
        return outputs<5>(s);
      default:
        return outputs<0>(s);
    }
  }
};

template <class T>
inline constexpr FilterKernels<T> kTable{kLanes<T>, &AllPole<T>::run, &Polyphase<T>::run};

}  // namespace

const FilterKernels<float>& filter_kernels_f32() { return kTable<float>; }
const FilterKernels<double>& filter_kernels_f64() { return kTable<double>; }

}  // namespace hearth::cpu::HEARTH_ISA
