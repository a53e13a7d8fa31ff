// SPDX-License-Identifier: Apache-2.0
// QR and spectra of small matrices.
#include "cpu/isa/reflection.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

template <class T>
void factor(int rows, int n, T* a, int lda, T* tau) {
  Work<T> work;
  work.read(rows, n, a, lda);
  const int k = rows < n ? rows : n;
  for (int j = 0; j < k; ++j) {
    tau[j] = reflection(rows - j, work.at(j, j));
    work.take(rows, j, j);
    work.reflect(rows, n, j, tau[j], j + 1);
  }
  work.write(rows, n, a, lda);
}

template <class T>
void form(int rows, int n, int k, T* a, int lda, const T* tau) {
  Work<T> work;
  work.read(rows, k, a, lda);
  for (int j = k; j < n; ++j) work.set_unit(rows, j);
  work.form(rows, n, k, tau);
  work.write(rows, n, a, lda);
}

// Spectra: a symmetric matrix becomes tridiagonal, Q T Q^T, and T diagonal by rotations (the
// implicit QL method), which Q goes through as well.

/// Tridiagonal: diagonal d, e below it. The vectors of the reflections are left in the columns
/// before those they begin at, and tau has one for each of the latter.
template <class T>
void reduce(int n, Work<T>& a, T* d, T* e, T* tau) {
  using V = Vector<T>;
  alignas(64) T w[kStride<T>];
  for (int j = 0; j + 1 < n; ++j) {
    const int next = j + 1, begin = Work<T>::first(next);
    d[j] = *a.at(j, j);
    const T t = tau[next] = reflection(n - next, a.at(next, j));
    e[j] = *a.at(next, j);
    if (t == T(0)) continue;
    a.take(n, next, j);
    const T* const v = a.v;
    // w = tau A v; rows above `next` come along in the first register, and lead nowhere.
    for (int i = begin; i < n; i += kLanes<T>) {
      V sums[4] = {};
      const T* x = a.at(i, next);
      int c = next;
      for (; c + 4 <= n; c += 4, x += 4 * kStride<T>)
        unrolled<4>([&](auto k) __attribute__((always_inline)) {
          sums[k] = fma(V{} + v[c + k], load<V>(x + k * kStride<T>), sums[k]);
        });
      for (; c < n; ++c, x += kStride<T>) sums[0] = fma(V{} + v[c], load<V>(x), sums[0]);
      store(w + i, ((sums[0] + sums[1]) + (sums[2] + sums[3])) * t);
    }
    V dot{};
    for (int i = begin; i < n; i += kLanes<T>) dot = fma(load<V>(w + i), load<V>(v + i), dot);
    const V half = t / 2 * summed<T>(dot);
    for (int i = begin; i < n; i += kLanes<T>) store(w + i, load<V>(w + i) - half * load<V>(v + i));
    // A -= v w^T + w v^T
    for (int c = next; c < n; ++c) {
      T* x = a.at(0, c);
      const V by_w = V{} - w[c], by_v = V{} - v[c];
      for (int i = begin; i < n; i += kLanes<T>)
        store(x + i, fma(load<V>(v + i), by_w, fma(load<V>(w + i), by_v, load<V>(x + i))));
    }
  }
  d[n - 1] = *a.at(n - 1, n - 1);
}

/// Rotations of neighbouring columns, i and i + 1 by c[i] and s[i]; from i = next down to first
/// they are still to be done.
template <class T>
struct Rotations {
  int first = 0, next = -1;
  T c[kSmallSide], s[kSmallSide];

  void do_one(int n, Work<T>& q) {
    using V = Vector<T>;
    if (next < first) return;
    const V by_c = V{} + c[next], by_s = V{} + s[next];
    T *left = q.at(0, next), *right = q.at(0, next + 1);
    for (int row = 0; row < n; row += kLanes<T>) {
      const auto x = load<V>(left + row), y = load<V>(right + row);
      store(left + row, fma(by_c, x, -(by_s * y)));
      store(right + row, fma(by_s, x, by_c * y));
    }
    --next;
  }
  void do_all(int n, Work<T>& q) {
    while (next >= first) do_one(n, q);
  }
};

template <class T>
T magnitude(T x) {
  return x < T(0) ? -x : x;
}

/// The first m from l on with nothing beside it below the diagonal that counts.
template <class T>
int end_of_block(int n, int l, const T* d, const T* e, T unit, T least) {
  int m = l;
  for (; m + 1 < n; ++m) {
    const T size = magnitude(e[m]);
    if (size <= unit * (magnitude(d[m]) + magnitude(d[m + 1])) || size <= least) break;
  }
  return m;
}

/// Makes a tridiagonal matrix whose largest elements are about 1 diagonal. Answers how many
/// elements of e have not vanished in LAPACK's number of tries.
template <class T>
int diagonalize(int n, T* d, T* e, Work<T>& q) {
  constexpr T unit = sizeof(T) == 4 ? T(0x1p-24) : T(0x1p-53);
  constexpr T least = sizeof(T) == 4 ? T(0x1p-60) : T(0x1p-500);
  // A sweep is a chain in which each step waits for the one before. Meanwhile the columns go
  // through the sweep before.
  Rotations<T> sweeps[2];
  int which = 0;
  int tries = 30 * n;
  for (int l = 0; l < n; ++l) {
    for (int m; (m = end_of_block(n, l, d, e, unit, least)) > l;) {
      if (tries-- == 0) {
        int left = 0;
        for (int i = 0; i + 1 < n; ++i) left += e[i] != T(0);
        return left;
      }
      const T slope = (d[l + 1] - d[l]) / (2 * e[l]), length = root(slope * slope + 1);
      T g = d[m] - d[l] + e[l] / (slope + (slope < T(0) ? -length : length));
      T cosine = 1, sine = 1, p = 0;
      Rotations<T>&before = sweeps[which], &now = sweeps[which ^ 1];
      int i = m - 1;
      for (; i >= l; --i) {
        const T f = sine * e[i], b = cosine * e[i];
        const T r = root(f * f + g * g);
        e[i + 1] = r;
        if (r == T(0)) {
          // It has split here.
          d[i + 1] -= p;
          e[m] = T(0);
          break;
        }
        const T by = T(1) / r;
        now.s[i] = sine = f * by;
        now.c[i] = cosine = g * by;
        g = d[i + 1] - p;
        const T t = (d[i] - g) * sine + 2 * cosine * b;
        p = sine * t;
        d[i + 1] = g + p;
        g = cosine * t - b;
        before.do_one(n, q);
      }
      if (i < l) {
        d[l] -= p;
        e[l] = g;
        e[m] = T(0);
      }
      before.do_all(n, q);
      now.first = i + 1;
      now.next = m - 1;
      which ^= 1;
    }
  }
  sweeps[which].do_all(n, q);
  return 0;
}

template <class T>
int eigh(bool lower, int n, T* a, int lda, T* w) {
  Work<T> q;
  T largest = T(0), none = T(0);
  for (int j = 0; j < n; ++j)
    for (int i = lower ? j : 0; i < (lower ? n : j + 1); ++i) {
      const T x = a[int64_t{j} * lda + i], size = magnitude(x);
      largest = size > largest ? size : largest;
      none += x * T(0);
    }
  if (none != T(0)) return -1;
  // By a power of two, so nothing is lost.
  constexpr int most = sizeof(T) == 4 ? 100 : 900;
  int power = 0;
  if (largest > T(0)) __builtin_frexp(largest, &power);
  power = power > most ? most : power < -most ? -most : power;
  const T scale = static_cast<T>(__builtin_ldexp(1.0, -power));
  const T back = static_cast<T>(__builtin_ldexp(1.0, power));
  for (int j = 0; j < n; ++j) {
    for (int i = 0; i < n; ++i) {
      const bool here = lower ? i >= j : i <= j;
      *q.at(i, j) = scale * (here ? a[int64_t{j} * lda + i] : a[int64_t{i} * lda + j]);
    }
    store(q.at(n, j), Vector<T>{});
  }
  T d[kSmallSide], e[kSmallSide], tau[kSmallSide];
  reduce(n, q, d, e, tau);
  for (int j = n - 1; j > 0; --j)
    std::memcpy(q.at(j, j), q.at(j, j - 1), sizeof(T) * static_cast<size_t>(n - j));
  q.set_unit(n, 0);
  q.form(n, n, n, tau, 1);
  const int info = diagonalize(n, d, e, q);
  if (info != 0) return info;
  int order[kSmallSide];
  for (int k = 0; k < n; ++k) {
    int at = k;
    for (; at > 0 && d[order[at - 1]] > d[k]; --at) order[at] = order[at - 1];
    order[at] = k;
  }
  for (int k = 0; k < n; ++k) {
    w[k] = d[order[k]] * back;
    std::memcpy(a + int64_t{k} * lda, q.at(0, order[k]), sizeof(T) * static_cast<size_t>(n));
  }
  return 0;
}

template <class T>
constexpr ReflectionKernels<T> kKernels = {&factor<T>, &form<T>, &eigh<T>};

}  // namespace

const ReflectionKernels<float>& reflection_kernels_f32() { return kKernels<float>; }
const ReflectionKernels<double>& reflection_kernels_f64() { return kKernels<double>; }

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
