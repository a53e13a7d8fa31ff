// SPDX-License-Identifier: Apache-2.0
// Reflections 1 - tau v v^T of small matrices, in a copy whose columns have room behind them, so
// that registers may reach past the last row.
#pragma once

#include "cpu/isa/unrolled.h"
#include "cpu/isa/vector.h"
#include "cpu/reflection_kernels.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

template <class T>
inline constexpr int kStride = kSmallSide + kLanes<T>;

/// v with the lanes that are kApart apart added.
template <int kApart, class V, int... I>
inline V folded(V v, std::integer_sequence<int, I...>) {
  return v + __builtin_shufflevector(v, v, (I ^ kApart)...);
}
/// The sum of all lanes, in each of them.
template <class T, int kApart = kLanes<T> / 2>
inline Vector<T> summed(Vector<T> v) {
  v = folded<kApart>(v, std::make_integer_sequence<int, kLanes<T>>());
  if constexpr (kApart > 1) return summed<T, kApart / 2>(v);
  return v;
}

template <class T>
struct BitsOf;
template <>
struct BitsOf<float> {
  typedef int32_t type __attribute__((vector_size(HEARTH_VECTOR_BYTES)));
};
template <>
struct BitsOf<double> {
  typedef int64_t type __attribute__((vector_size(HEARTH_VECTOR_BYTES)));
};
/// Lanes from `lane` on.
template <class T>
inline auto from(int lane) {
  typename BitsOf<T>::type at;
#pragma GCC unroll 16
  for (int i = 0; i < kLanes<T>; ++i) at[i] = i;
  return at >= lane;
}
template <class Mask, class V>
inline V chosen(Mask mask, V a, V b) {
  return mask ? a : b;
}

/// The matrix as it is worked on, and the vector of a reflection. What is past the last row is
/// zero.
template <class T>
struct Work {
  alignas(64) T columns[kSmallSide * kStride<T>];
  alignas(64) T v[kStride<T>];

  T* at(int row, int column) { return columns + column * kStride<T> + row; }

  void read(int rows, int n, const T* a, int64_t lda) {
    for (int j = 0; j < n; ++j) {
      std::memcpy(at(0, j), a + j * lda, sizeof(T) * static_cast<size_t>(rows));
      store(at(rows, j), Vector<T>{});
    }
  }
  void write(int rows, int n, T* a, int64_t lda) {
    for (int j = 0; j < n; ++j)
      std::memcpy(a + j * lda, at(0, j), sizeof(T) * static_cast<size_t>(rows));
  }
  void set_unit(int rows, int j) {
    for (int i = 0; i < rows; i += kLanes<T>) store(at(i, j), Vector<T>{});
    store(at(rows, j), Vector<T>{});
    *at(j, j) = T(1);
  }
  /// The vector that a column has from row j on, with the 1 that it begins with; in its rows.
  void take(int rows, int j, int column) {
    store(v + first(j), Vector<T>{});
    std::memcpy(v + j, at(j, column), sizeof(T) * static_cast<size_t>(rows - j));
    store(v + rows, Vector<T>{});
    v[j] = T(1);
  }
  /// The row where the register begins that row j is in.
  static int first(int j) { return j - j % kLanes<T>; }

  /// Reflects kCount columns from `column` on, in rows from j on.
  template <int kCount>
  void reflect(int rows, int j, T tau, int column) {
    T* const x = at(0, column);
    const int begin = first(j);
    // Rows above are not read, for there may be what is no number.
    const auto mine = from<T>(j - begin);
    const auto head = load<Vector<T>>(v + begin);
    Vector<T> dot[kCount];
    unrolled<kCount>([&](auto c) __attribute__((always_inline)) {
      dot[c] = head * chosen(mine, load<Vector<T>>(x + c * kStride<T> + begin), Vector<T>{});
    });
    for (int i = begin + kLanes<T>; i < rows; i += kLanes<T>) {
      const auto vi = load<Vector<T>>(v + i);
      unrolled<kCount>([&](auto c) __attribute__((always_inline)) {
        dot[c] = fma(vi, load<Vector<T>>(x + c * kStride<T> + i), dot[c]);
      });
    }
    unrolled<kCount>([&](auto c) __attribute__((always_inline)) {
      dot[c] = -tau * summed<T>(dot[c]);
      T* to = x + c * kStride<T> + begin;
      const auto old = load<Vector<T>>(to);
      store(to, chosen(mine, fma(dot[c], head, old), old));
    });
    for (int i = begin + kLanes<T>; i < rows; i += kLanes<T>) {
      const auto vi = load<Vector<T>>(v + i);
      unrolled<kCount>([&](auto c) __attribute__((always_inline)) {
        T* to = x + c * kStride<T> + i;
        store(to, fma(dot[c], vi, load<Vector<T>>(to)));
      });
    }
  }
  /// Reflects columns from `column` to n - 1.
  void reflect(int rows, int n, int j, T tau, int column) {
    if (tau == T(0)) return;
    for (; column + 4 <= n; column += 4) reflect<4>(rows, j, tau, column);
    for (; column < n; ++column) reflect<1>(rows, j, tau, column);
  }
  /// Columns from `first_column` on: becomes the product of the reflections 1 - tau[j] v v^T whose
  /// vectors lie in columns j < k, from row j on.
  void form(int rows, int n, int k, const T* tau, int first_column = 0) {
    for (int j = k; j-- > first_column;) {
      take(rows, j, j);
      reflect(rows, n, j, tau[j], j + 1);
      T* x = at(0, j);
      for (int i = 0; i < j; ++i) x[i] = T(0);
      x[j] = T(1) - tau[j];
      for (int i = j + 1; i < rows; ++i) x[i] *= -tau[j];
    }
  }
};

inline float root(float x) { return __builtin_sqrtf(x); }
inline double root(double x) { return __builtin_sqrt(x); }

/// Within these, squares of what counts neither overflow nor vanish.
inline constexpr float kLeast(float) { return 0x1p-90f; }
inline constexpr double kLeast(double) { return 0x1p-800; }
inline constexpr float kMost(float) { return 0x1p120f; }
inline constexpr double kMost(double) { return 0x1p1000; }

/// Turns x[0], ..., x[n - 1] to (beta, 0, ..., 0): leaves beta and the rest of the vector in x.
/// Answers tau; 0 where there is nothing to turn.
template <class T>
T reflection(int n, T* x) {
  T squares = T(0), largest = T(0);
  Vector<T> partial{};
  int i = 1;
  for (; i + kLanes<T> <= n; i += kLanes<T>) {
    const auto v = load<Vector<T>>(x + i);
    partial = fma(v, v, partial);
  }
  squares = summed<T>(partial)[0];
  for (; i < n; ++i) squares += x[i] * x[i];
  T scale = T(1);
  const T whole = squares + x[0] * x[0];
  if (!(squares > kLeast(T())) || !(whole < kMost(T()))) {
    bool any = false;
    for (i = 0; i < n; ++i) {
      any |= i > 0 && x[i] != T(0);
      const T size = x[i] < T(0) ? -x[i] : x[i];
      largest = size > largest ? size : largest;
    }
    if (!any) return T(0);
    scale = largest;
    squares = T(0);
    for (i = 0; i < n; ++i) x[i] /= scale;
    for (i = 1; i < n; ++i) squares += x[i] * x[i];
  }
  const T length = root(squares + x[0] * x[0]);
  const T beta = x[0] < T(0) || (x[0] == T(0) && __builtin_signbit(x[0])) ? length : -length;
  const T tau = (beta - x[0]) / beta, by = T(1) / (x[0] - beta);
  for (i = 1; i < n; ++i) x[i] *= by;
  x[0] = beta * scale;
  return tau;
}

}  // namespace
}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
