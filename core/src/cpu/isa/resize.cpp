// SPDX-License-Identifier: Apache-2.0
// Resizing a dim as loops over its results (the last dim) or over lines behind it.
#include "cpu/resize_kernels.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

/// What sums of a type are made in, and how they become elements: bytes in fixed point.
template <class T>
struct Work {
  using Weight = T;
  using Sum = T;
  static T product(T w, T x, int) { return w * x; }
  static T element(T v, int) { return v; }
};
template <>
struct Work<uint8_t> {
  using Weight = int16_t;
  using Sum = int32_t;
  /// With the half that rounds.
  static int32_t product(int16_t w, uint8_t x, int shift) {
    return (shift ? 1 << (shift - 1) : 0) + w * x;
  }
  static uint8_t element(int32_t v, int shift) {
    v >>= shift;
    return static_cast<uint8_t>(v < 0 ? 0 : v > 255 ? 255 : v);
  }
};

/// A line whose results have K taps each.
template <int K, class T>
inline void gather_fixed(const ResizePass& p, const T* __restrict x, T* __restrict y) {
  using S = typename Work<T>::Sum;
  const auto* w = static_cast<const typename Work<T>::Weight*>(p.weights);
  const int32_t* at = p.at + p.begin[0];
  w += p.begin[0];
  for (int64_t r = 0; r < p.out; ++r) {
    S sum = Work<T>::product(w[r * K], x[at[r * K] - p.origin], p.shift);
    for (int k = 1; k < K; ++k) sum += static_cast<S>(w[r * K + k]) * x[at[r * K + k] - p.origin];
    y[r] = Work<T>::element(sum, p.shift);
  }
}

template <class T>
inline void gather(const ResizePass& p, const T* __restrict x, T* __restrict y) {
  using S = typename Work<T>::Sum;
  if (!p.weights) {
    for (int64_t r = 0; r < p.out; ++r) y[r] = x[p.at[p.begin[r]] - p.origin];
    return;
  }
  if (p.taps == 2) return gather_fixed<2>(p, x, y);
  if (p.taps == 4) return gather_fixed<4>(p, x, y);
  const auto* w = static_cast<const typename Work<T>::Weight*>(p.weights);
  for (int64_t r = 0; r < p.out; ++r) {
    const int32_t begin = p.begin[r], end = p.begin[r + 1];
    if (begin == end) {
      y[r] = T(0);
      continue;
    }
    S sum = Work<T>::product(w[begin], x[p.at[begin] - p.origin], p.shift);
    for (int32_t k = begin + 1; k < end; ++k) sum += static_cast<S>(w[k]) * x[p.at[k] - p.origin];
    y[r] = Work<T>::element(sum, p.shift);
  }
}

template <class T>
inline void copy(const T* __restrict x, T* __restrict y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = x[i];
}

/// Elements of a line that are summed at a time, so that sums stay close.
constexpr int64_t kPiece = 512;

/// Result r of `n` elements of a line; x points to position 0's.
template <class T>
inline void sum_line(const ResizePass& p, int64_t r, const T* x, T* __restrict y, int64_t n) {
  using W = Work<T>;
  using S = typename W::Sum;
  const int32_t begin = p.begin[r], end = p.begin[r + 1];
  const auto at = [&](int32_t k) { return x + (p.at[k] - p.origin) * p.inner; };
  if (begin == end) {
    for (int64_t i = 0; i < n; ++i) y[i] = T(0);
    return;
  }
  if (!p.weights) return copy(at(begin), y, n);
  const auto* w = static_cast<const typename W::Weight*>(p.weights);
  const T* a = at(begin);
  const auto wa = w[begin];
  if (end - begin == 2) {
    const T* b = at(begin + 1);
    const S wb = w[begin + 1];
    for (int64_t i = 0; i < n; ++i)
      y[i] = W::element(W::product(wa, a[i], p.shift) + wb * b[i], p.shift);
    return;
  }
  S sums[kPiece];
  for (int64_t i = 0; i < n; ++i) sums[i] = W::product(wa, a[i], p.shift);
  int32_t k = begin + 1;
  for (; k + 2 < end; k += 2) {
    const T *b = at(k), *c = at(k + 1);
    const S wb = w[k], wc = w[k + 1];
    for (int64_t i = 0; i < n; ++i) sums[i] = sums[i] + wb * b[i] + wc * c[i];
  }
  const S last = k < end ? w[end - 1] : 0, before = k + 1 < end ? w[k] : 0;
  if (k + 1 < end) {
    const T *b = at(k), *c = at(k + 1);
    for (int64_t i = 0; i < n; ++i)
      y[i] = W::element(sums[i] + before * b[i] + last * c[i], p.shift);
  } else if (k < end) {
    const T* b = at(k);
    for (int64_t i = 0; i < n; ++i) y[i] = W::element(sums[i] + last * b[i], p.shift);
  } else {
    for (int64_t i = 0; i < n; ++i) y[i] = W::element(sums[i], p.shift);
  }
}

template <class T>
void run(const ResizePass& p, const void* source, void* result) {
  const T* x = static_cast<const T*>(source);
  T* y = static_cast<T*>(result);
  for (int64_t o = 0; o < p.outer; ++o, x += p.in * p.inner, y += p.out * p.inner) {
    if (p.inner == 1) {
      gather(p, x, y);
      continue;
    }
    for (int64_t i = 0; i < p.inner; i += kPiece) {
      const int64_t n = p.inner - i < kPiece ? p.inner - i : kPiece;
      for (int64_t r = 0; r < p.out; ++r) sum_line(p, r, x + i, y + r * p.inner + i, n);
    }
  }
}

}  // namespace

const ResizeTable& resize_table() {
  static constexpr ResizeTable table = {{&run<float>, &run<double>, &run<uint8_t>}};
  return table;
}

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
