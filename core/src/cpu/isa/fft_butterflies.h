// SPDX-License-Identifier: Apache-2.0
// Short transforms in registers, and the passes over a tile made of them.
#pragma once

#include <type_traits>

#include "cpu/fft_kernels.h"
#include "cpu/isa/vector.h"

namespace hearth::cpu {
namespace HEARTH_ISA {

static inline float fma(float a, float b, float c) { return a * b + c; }
static inline double fma(double a, double b, double c) { return a * b + c; }

namespace {

/// A point of every transform in a tile, or of one: V is a register or T itself.
template <class V>
struct Point {
  V re, im;
};
template <class V>
inline Point<V> operator+(Point<V> a, Point<V> b) {
  return {a.re + b.re, a.im + b.im};
}
template <class V>
inline Point<V> operator-(Point<V> a, Point<V> b) {
  return {a.re - b.re, a.im - b.im};
}
/// a times -i.
template <class V>
inline Point<V> turned(Point<V> a) {
  return {a.im, -a.re};
}
template <class V>
inline Point<V> times(Point<V> a, V re, V im) {
  return {fma(a.re, re, -(a.im * im)), fma(a.re, im, a.im * re)};
}
template <class V, class T>
inline V all(T v) {
  return V{} + v;
}
/// The same number in every lane.
template <class V>
inline V number(double v) {
  return V{} + static_cast<std::remove_reference_t<decltype(V{}[0])>>(v);
}
/// How many T a point takes.
template <class V, class T>
inline constexpr int kPoint = 2 * sizeof(V) / sizeof(T);
template <class V, class T>
inline Point<V> load_point(const T* p) {
  return {load<V>(p), load<V>(p + kPoint<V, T> / 2)};
}
template <class V, class T>
inline void store_point(T* p, Point<V> a) {
  store(p, a.re);
  store(p + kPoint<V, T> / 2, a.im);
}

template <class V>
inline void butterfly(Point<V> (&a)[2]) {
  const Point<V> b = a[1];
  a[1] = a[0] - b;
  a[0] = a[0] + b;
}

template <class V>
inline void butterfly(Point<V> (&a)[3]) {
  const V half = number<V>(-0.5), sine = number<V>(0.866025403784438646763723170752936183);
  const Point<V> sum = a[1] + a[2], diff = a[1] - a[2];
  const Point<V> mid = {fma(half, sum.re, a[0].re), fma(half, sum.im, a[0].im)};
  a[0] = a[0] + sum;
  a[1] = {fma(sine, diff.im, mid.re), fma(-sine, diff.re, mid.im)};
  a[2] = {fma(-sine, diff.im, mid.re), fma(sine, diff.re, mid.im)};
}

template <class V>
inline void butterfly(Point<V> (&a)[4]) {
  const Point<V> s02 = a[0] + a[2], d02 = a[0] - a[2];
  const Point<V> s13 = a[1] + a[3], d13 = turned(a[1] - a[3]);
  a[0] = s02 + s13;
  a[1] = d02 + d13;
  a[2] = s02 - s13;
  a[3] = d02 - d13;
}

template <class V>
inline void butterfly(Point<V> (&a)[5]) {
  const V c1 = number<V>(0.309016994374947424102293417182819059),
          c2 = number<V>(-0.809016994374947424102293417182819059),
          s1 = number<V>(0.951056516295153572116439333379382143),
          s2 = number<V>(0.587785252292473129168705954639072769);
  const Point<V> s14 = a[1] + a[4], d14 = a[1] - a[4], s23 = a[2] + a[3], d23 = a[2] - a[3];
  const Point<V> m1 = {fma(c2, s23.re, fma(c1, s14.re, a[0].re)),
                       fma(c2, s23.im, fma(c1, s14.im, a[0].im))};
  const Point<V> m2 = {fma(c1, s23.re, fma(c2, s14.re, a[0].re)),
                       fma(c1, s23.im, fma(c2, s14.im, a[0].im))};
  const Point<V> n1 = turned(Point<V>{fma(s2, d23.re, s1 * d14.re), fma(s2, d23.im, s1 * d14.im)});
  const Point<V> n2 =
      turned(Point<V>{fma(-s1, d23.re, s2 * d14.re), fma(-s1, d23.im, s2 * d14.im)});
  a[0] = a[0] + s14 + s23;
  a[1] = m1 + n1;
  a[2] = m2 + n2;
  a[3] = m2 - n2;
  a[4] = m1 - n1;
}

template <class V>
inline void butterfly(Point<V> (&a)[8]) {
  const V root = number<V>(0.707106781186547524400844362104849039);
  Point<V> even[4] = {a[0], a[2], a[4], a[6]}, odd[4] = {a[1], a[3], a[5], a[7]};
  butterfly(even);
  butterfly(odd);
  const Point<V> o1 = {root * (odd[1].re + odd[1].im), root * (odd[1].im - odd[1].re)};
  const Point<V> o2 = turned(odd[2]);
  const Point<V> o3 = {root * (odd[3].im - odd[3].re), -(root * (odd[3].re + odd[3].im))};
  a[0] = even[0] + odd[0];
  a[4] = even[0] - odd[0];
  a[1] = even[1] + o1;
  a[5] = even[1] - o1;
  a[2] = even[2] + o2;
  a[6] = even[2] - o2;
  a[3] = even[3] + o3;
  a[7] = even[3] - o3;
}

template <int R, bool kTwiddles, class T>
inline void pass(const FftPass<T>& p, int64_t blocks, T* x) {
  using V = Vector<T>;
  const int64_t step = p.stride * kPoint<V, T>;
  for (int64_t b = 0; b < blocks; ++b, x += (R - 1) * step) {
    const T* w = p.twiddles;
    for (int64_t g = 0; g < p.groups; ++g, x += kPoint<V, T>, w += 2 * (R - 1)) {
      Point<V> a[R];
#pragma GCC unroll 8
      for (int k = 0; k < R; ++k) a[k] = load_point<V>(x + k * step);
      butterfly(a);
      store_point(x, a[0]);
#pragma GCC unroll 8
      for (int k = 1; k < R; ++k) {
        if constexpr (kTwiddles) a[k] = times(a[k], all<V>(w[2 * k - 2]), all<V>(w[2 * k - 1]));
        store_point(x + k * step, a[k]);
      }
    }
  }
}

/// The largest prime among the radices.
inline constexpr int kMostRadix = 31;

/// Any odd radix, in steps that grow with its square.
template <class T>
inline void odd_pass(const FftPass<T>& p, int64_t blocks, T* x) {
  using V = Vector<T>;
  const int64_t r = p.radix, step = p.stride * kPoint<V, T>;
  const T *cosine = p.roots, *sine = p.roots + r;
  Point<V> sum[kMostRadix / 2 + 1], diff[kMostRadix / 2 + 1];
  for (int64_t b = 0; b < blocks; ++b, x += (r - 1) * step) {
    const T* w = p.twiddles - 2;
    for (int64_t g = 0; g < p.groups; ++g, x += kPoint<V, T>, w += 2 * (r - 1)) {
      const Point<V> first = load_point<V>(x);
      Point<V> total = first;
      for (int64_t k = 1; k <= r / 2; ++k) {
        const Point<V> u = load_point<V>(x + k * step), v = load_point<V>(x + (r - k) * step);
        sum[k] = u + v;
        diff[k] = u - v;
        total = total + sum[k];
      }
      store_point(x, total);
      for (int64_t j = 1; j <= r / 2; ++j) {
        Point<V> even = first, odd = {V{}, V{}};
        for (int64_t k = 1, at = j; k <= r / 2; ++k, at = at + j < r ? at + j : at + j - r) {
          const V c = all<V>(cosine[at]), d = all<V>(sine[at]);
          even = {fma(c, sum[k].re, even.re), fma(c, sum[k].im, even.im)};
          odd = {fma(d, diff[k].re, odd.re), fma(d, diff[k].im, odd.im)};
        }
        odd = turned(odd);
        const T *w1 = w + 2 * j, *w2 = w + 2 * (r - j);
        store_point(x + j * step, times(even + odd, all<V>(w1[0]), all<V>(w1[1])));
        store_point(x + (r - j) * step, times(even - odd, all<V>(w2[0]), all<V>(w2[1])));
      }
    }
  }
}

template <class T>
inline void any_pass(const FftPass<T>& p, int64_t blocks, T* x) {
  switch (p.radix) {
#define HEARTH_RADIX(R) \
  case R:               \
    return p.groups == 1 ? pass<R, false, T>(p, blocks, x) : pass<R, true, T>(p, blocks, x);
    HEARTH_RADIX(2)
    HEARTH_RADIX(3)
    HEARTH_RADIX(4)
    HEARTH_RADIX(5)
    HEARTH_RADIX(8)
#undef HEARTH_RADIX
    default:
      odd_pass(p, blocks, x);
  }
}

template <class T>
void transform(const FftPass<T>* passes, int64_t count, T* x) {
  if (count == 0) return;
  any_pass(*passes, 1, x);
  // All other passes over a part that stays close, then over the next.
  for (int64_t part = 0; part < passes->radix; ++part, x += passes->stride * kPoint<Vector<T>, T>)
    for (int64_t i = 1; i < count; ++i)
      any_pass(passes[i], passes->groups / (passes[i].radix * passes[i].groups), x);
}

}  // namespace
}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
