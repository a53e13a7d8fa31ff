// SPDX-License-Identifier: Apache-2.0
// LU factors of small matrices, column by column: each is brought up to date by those before it,
// four at a time, all of them dense in memory.
#include <cstdint>
#include <cstring>

#include "cpu/lu_kernels.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

template <class T>
struct BitsOf;
template <>
struct BitsOf<float> {
  using type = uint32_t;
};
template <>
struct BitsOf<double> {
  using type = uint64_t;
};

/// The row of the largest magnitude among x[first], ..., x[m - 1]; the first of equal ones. As
/// integers, magnitudes have the same order.
template <class T>
int largest(const T* x, int first, int m) {
  using Bits = typename BitsOf<T>::type;
  const auto magnitude = [&](int i) {
    Bits b;
    std::memcpy(&b, x + i, sizeof b);
    return static_cast<Bits>(b << 1);
  };
  Bits most = 0;
  for (int i = first; i < m; ++i) {
    const Bits b = magnitude(i);
    most = b > most ? b : most;
  }
  int row = first;
  while (magnitude(row) != most) ++row;
  return row;
}

/// x - a * b.
inline float less(float x, float a, float b) {
#ifdef __FMA__
  return __builtin_fmaf(-a, b, x);
#else
  return x - a * b;
#endif
}
inline double less(double x, double a, double b) {
#ifdef __FMA__
  return __builtin_fma(-a, b, x);
#else
  return x - a * b;
#endif
}

/// x -= L U's part of it: solves with the unit triangle of the first `count` columns of l, and
/// takes from the rows below what follows.
template <class T>
void bring_up_to_date(int count, int m, const T* l, int64_t lda, T* __restrict x) {
  int k = 0;
  for (; k + 4 <= count; k += 4) {
    const T* __restrict l0 = l + k * lda;
    const T* __restrict l1 = l0 + lda, * __restrict l2 = l1 + lda, * __restrict l3 = l2 + lda;
    const T x0 = x[k];
    const T x1 = less(x[k + 1], l0[k + 1], x0);
    const T x2 = less(less(x[k + 2], l0[k + 2], x0), l1[k + 2], x1);
    const T x3 = less(less(less(x[k + 3], l0[k + 3], x0), l1[k + 3], x1), l2[k + 3], x2);
    x[k + 1] = x1;
    x[k + 2] = x2;
    x[k + 3] = x3;
    for (int i = k + 4; i < m; ++i)
      x[i] = less(less(less(less(x[i], l0[i], x0), l1[i], x1), l2[i], x2), l3[i], x3);
  }
  for (; k < count; ++k) {
    const T* __restrict column = l + k * lda;
    const T value = x[k];
    for (int i = k + 1; i < m; ++i) x[i] = less(x[i], column[i], value);
  }
}

template <class T>
int factor(int m, int n, T* a, int lda, int* pivots) {
  const int64_t stride = lda;
  int singular = 0;
  for (int j = 0; j < n; ++j) {
    T* x = a + j * stride;
    const int before = j < m ? j : m;
    for (int k = 0; k < before; ++k) {
      const int from = pivots[k] - 1;
      const T kept = x[k];
      x[k] = x[from];
      x[from] = kept;
    }
    bring_up_to_date(before, m, a, stride, x);
    if (j >= m) continue;
    const int row = largest(x, j, m);
    pivots[j] = row + 1;
    if (x[row] == 0) {
      if (singular == 0) singular = j + 1;
      continue;
    }
    if (row != j) {
      for (int c = 0; c <= j; ++c) {
        T* column = a + c * stride;
        const T kept = column[j];
        column[j] = column[row];
        column[row] = kept;
      }
    }
    const T pivot = x[j];
    for (int i = j + 1; i < m; ++i) x[i] /= pivot;
  }
  return singular;
}

}  // namespace

const LuKernels<float>& lu_kernels_f32() {
  static constexpr LuKernels<float> table{&factor<float>};
  return table;
}
const LuKernels<double>& lu_kernels_f64() {
  static constexpr LuKernels<double> table{&factor<double>};
  return table;
}

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
