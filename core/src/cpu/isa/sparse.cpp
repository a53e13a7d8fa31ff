// SPDX-License-Identifier: Apache-2.0
#include "cpu/sparse_kernels.h"

namespace hearth::cpu::HEARTH_ISA {

namespace {

/// A complex number as two that may be multiplied side by side.
template <class T>
struct Pair {
  T re, im;
};
template <class T>
inline Pair<T> operator*(const Pair<T>& x, const Pair<T>& y) {
  return {x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re};
}
template <class T>
inline Pair<T>& operator+=(Pair<T>& x, const Pair<T>& y) {
  x.re += y.re;
  x.im += y.im;
  return x;
}

/// kWidth columns of one row of the result, which stay in registers.
template <class T, int kWidth>
inline void columns_of_row(const T* values, const int64_t* col, int64_t n, const T* dense,
                           int64_t stride, T* out) {
  T sum[kWidth] = {};
  for (int64_t e = 0; e < n; ++e) {
    const T v = values[e];
    const T* from = dense + col[e] * stride;
    for (int k = 0; k < kWidth; ++k) sum[k] += v * from[k];
  }
  for (int k = 0; k < kWidth; ++k) out[k] = sum[k];
}

template <class T>
bool csr(const CsrArgs& a, int64_t begin, int64_t end) {
  constexpr int kBlock = static_cast<int>(256 / sizeof(T));
  const T* values = static_cast<const T*>(a.values);
  const T* dense = static_cast<const T*>(a.dense);
  const int64_t n = a.columns;
  for (int64_t r = begin; r < end; ++r) {
    const int64_t first = a.crow[r], count = a.crow[r + 1] - first;
    T* to = static_cast<T*>(a.out) + r * n;
    const T* v = values + first;
    const int64_t* col = a.col + first;
    bool outside = false;
    for (int64_t e = 0; e < count; ++e)
      outside |= static_cast<uint64_t>(col[e]) >= static_cast<uint64_t>(a.rows);
    if (outside) return false;
    int64_t c = 0;
    for (; c + kBlock <= n; c += kBlock)
      columns_of_row<T, kBlock>(v, col, count, dense + c, n, to + c);
    for (; c + kBlock / 4 <= n; c += kBlock / 4)
      columns_of_row<T, kBlock / 4>(v, col, count, dense + c, n, to + c);
    for (; c < n; ++c) columns_of_row<T, 1>(v, col, count, dense + c, n, to + c);
  }
  return true;
}

template <class T>
bool sampled(const SampledArgs& s, int64_t begin, int64_t end) {
  constexpr int kLanes = static_cast<int>(128 / sizeof(T));
  const int64_t n = s.columns;
  for (int64_t e = begin; e < end; ++e) {
    if (static_cast<uint64_t>(s.rows[e]) >= static_cast<uint64_t>(s.rows_a) ||
        static_cast<uint64_t>(s.columns_of[e]) >= static_cast<uint64_t>(s.rows_b))
      return false;
    const T* a = static_cast<const T*>(s.a) + s.rows[e] * n;
    const T* b = static_cast<const T*>(s.b) + s.columns_of[e] * n;
    T sums[kLanes] = {};
    int64_t c = 0;
    for (; c + kLanes <= n; c += kLanes)
      for (int k = 0; k < kLanes; ++k) sums[k] += a[c + k] * b[c + k];
    T sum{};
    for (int k = 0; k < kLanes; ++k) sum += sums[k];
    for (; c < n; ++c) sum += a[c] * b[c];
    static_cast<T*>(s.out)[e] = sum;
  }
  return true;
}

constexpr SparseTable kTable = {
    {&csr<float>, &csr<double>, &csr<Pair<float>>, &csr<Pair<double>>, &csr<int64_t>},
    {&sampled<float>, &sampled<double>, &sampled<Pair<float>>, &sampled<Pair<double>>,
     &sampled<int64_t>}};

}  // namespace

const SparseTable& sparse_table() { return kTable; }

}  // namespace hearth::cpu::HEARTH_ISA
