// SPDX-License-Identifier: Apache-2.0
// The vocabulary of pointwise.def for one element: branch-free functions that loops vectorize.
#pragma once

#include <cstdint>

#include "hearth/base/complex.h"

#include "cpu/isa/vmath.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

template <class B, class A>
inline A select(B condition, A a, A b) {
  return condition ? a : b;
}

namespace px {

template <class A, class B>
inline constexpr bool is_same = false;
template <class A>
inline constexpr bool is_same<A, A> = true;

template <class T>
struct real_of {
  using type = T;
};
template <class T>
struct real_of<complex<T>> {
  using type = T;
};
template <class T>
using real_t = typename real_of<T>::type;

// ---- any type
template <class T>
inline T zero(T) {
  return T(0);
}
template <class T>
inline T conj(T x) {
  return x;
}
template <class T>
inline complex<T> conj(complex<T> x) {
  return {x.real_, -x.imag_};
}
template <class T>
inline bool ge0(T x) {
  return x >= T(0);
}
template <class T>
inline bool ge0(complex<T> x) {
  return x.real_ >= T(0);
}
// NaN wins, as in PyTorch.
template <class T>
inline T maximum(T a, T b) {
  return (a > b || a != a) ? a : b;
}
template <class T>
inline T minimum(T a, T b) {
  return (a < b || a != a) ? a : b;
}
template <class T>
inline T sign(T x) {
  return x > T(0) ? T(1) : (x < T(0) ? T(-1) : T(0));
}

/// Angles beyond the reach of sin and cos; only real types have them.
template <class T>
inline bool any_huge(const T*, int64_t) {
  return false;
}
template <class T>
inline T wrap_angle(T x) {
  return x;
}

// ---- floating
#define HEARTH_PX_FLOAT(T, suffix)                                                             \
  inline bool any_huge(const T* x, int64_t n) { return vmath::any_huge(x, n); }                \
  inline T wrap_angle(T x) { return vmath::wrap_angle(x); }                                    \
  inline T abs(T x) { return __builtin_fabs##suffix(x); }                                      \
  inline T inf(T) { return __builtin_inf##suffix(); }                                          \
  inline bool isinf(T x) { return __builtin_fabs##suffix(x) == __builtin_inf##suffix(); }      \
  inline bool isfinite(T x) { return __builtin_fabs##suffix(x) < __builtin_inf##suffix(); }    \
  inline T floor(T x) { return __builtin_floor##suffix(x); }                                   \
  inline T ceil(T x) { return __builtin_ceil##suffix(x); }                                     \
  inline T trunc(T x) { return __builtin_trunc##suffix(x); }                                   \
  inline T round(T x) { return __builtin_rint##suffix(x); }                                    \
  inline T sqrt(T x) { return __builtin_sqrt##suffix(x); }                                     \
  inline T rsqrt(T x) { return T(1) / __builtin_sqrt##suffix(x); }                             \
  inline T fmod(T a, T b) { return __builtin_fmod##suffix(a, b); }                             \
  inline T div_trunc(T a, T b) { return trunc(a / b); }                                        \
  inline T exp(T x) { return vmath::exp(x); }                                                  \
  inline T expm1(T x) { return vmath::expm1(x); }                                              \
  inline T log(T x) { return vmath::log(x); }                                                  \
  inline T log1p(T x) { return vmath::log1p(x); }                                              \
  inline T log2(T x) { return vmath::log2(x); }                                                \
  inline T log10(T x) { return vmath::log10(x); }                                              \
  inline T sin(T x) { return vmath::sin(x); }                                                  \
  inline T cos(T x) { return vmath::cos(x); }                                                  \
  inline T tan(T x) { return vmath::tan(x); }                                                  \
  inline T asin(T x) { return vmath::asin(x); }                                                \
  inline T acos(T x) { return vmath::acos(x); }                                                \
  inline T atan(T x) { return vmath::atan(x); }                                                \
  inline T atan2(T a, T b) { return vmath::atan2(a, b); }                                      \
  inline T sinh(T x) { return vmath::sinh(x); }                                                \
  inline T cosh(T x) { return vmath::cosh(x); }                                                \
  inline T tanh(T x) { return vmath::tanh(x); }                                                \
  inline T erf(T x) { return vmath::erf(x); }                                                  \
  inline T erfc(T x) { return vmath::erfc(x); }                                                \
  inline T pow(T a, T b) { return vmath::pow(a, b); }                                          \
  inline T sigmoid(T x) { return vmath::sigmoid(x); }                                          \
  /* Rounds a / b down without the error of a rounded quotient next to an integer. */          \
  inline T div_floor(T a, T b) {                                                               \
    const T m = fmod(a, b);                                                                    \
    T q = (a - m) / b;                                                                         \
    q = (m != T(0) && ((b < T(0)) != (m < T(0)))) ? q - T(1) : q;                              \
    const T f = floor(q);                                                                      \
    const T r = q - f > T(0.5) ? f + T(1) : f;                                                 \
    return b == T(0) ? a / b : (q != T(0) ? r : __builtin_copysign##suffix(T(0), a / b));      \
  }                                                                                            \
  inline T remainder(T a, T b) {                                                               \
    const T m = fmod(a, b);                                                                    \
    return (m != T(0) && ((b < T(0)) != (m < T(0)))) ? m + b : m;                              \
  }                                                                                            \
  inline T lerp(T a, T b, T w) {                                                               \
    return abs(w) < T(0.5) ? a + w * (b - a) : b - (b - a) * (T(1) - w);                       \
  }                                                                                            \
  inline T gelu_tanh_slope(T x) {                                                              \
    const T t = tanh(T(0.7978845608028654) * (x + T(0.044715) * x * x * x));                   \
    return T(0.5) * (T(1) + t) +                                                               \
           T(0.5) * x * (T(1) - t * t) * T(0.7978845608028654) * (T(1) + T(0.134145) * x * x); \
  }                                                                                            \
  inline T smooth_l1(T d, T beta) {                                                            \
    const T m = abs(d);                                                                        \
    return m < beta ? T(0.5) * d * d / beta : m - T(0.5) * beta;                               \
  }                                                                                            \
  inline T smooth_l1_slope(T d, T beta) { return abs(d) < beta ? d / beta : sign(d); }
HEARTH_PX_FLOAT(float, f)
HEARTH_PX_FLOAT(double, )
#undef HEARTH_PX_FLOAT

// ---- integers; division by zero gives 0 here, the public functions refuse it
#define HEARTH_PX_INT(T)                                                       \
  inline T abs(T x) { return x < 0 ? -x : x; }                                 \
  inline bool isinf(T) { return false; }                                       \
  inline bool isfinite(T) { return true; }                                     \
  inline T floor(T x) { return x; }                                            \
  inline T ceil(T x) { return x; }                                             \
  inline T trunc(T x) { return x; }                                            \
  inline T round(T x) { return x; }                                            \
  inline T div_trunc(T a, T b) { return b == 0 ? 0 : (b == -1 ? -a : a / b); } \
  inline T fmod(T a, T b) { return b == 0 || b == -1 ? 0 : a % b; }            \
  inline T div_floor(T a, T b) {                                               \
    const T q = div_trunc(a, b);                                               \
    return (q * b != a && ((a < 0) != (b < 0))) ? q - 1 : q;                   \
  }                                                                            \
  inline T remainder(T a, T b) {                                               \
    const T m = fmod(a, b);                                                    \
    return (m != 0 && ((b < 0) != (m < 0))) ? m + b : m;                       \
  }                                                                            \
  inline T pow(T a, T b) {                                                     \
    if (b < 0) return a == 1 ? 1 : (a == -1 ? (b % 2 ? -1 : 1) : 0);           \
    T r = 1;                                                                   \
    for (; b > 0; b >>= 1, a *= a)                                             \
      if (b & 1) r *= a;                                                       \
    return r;                                                                  \
  }
HEARTH_PX_INT(int32_t)
HEARTH_PX_INT(int64_t)
#undef HEARTH_PX_INT

// ---- complex
inline float hypot_of(float a, float b) { return __builtin_hypotf(a, b); }
inline double hypot_of(double a, double b) { return __builtin_hypot(a, b); }
template <class T>
inline T abs(complex<T> x) {
  return hypot_of(x.real_, x.imag_);
}
template <class T>
inline complex<T> exp(complex<T> x) {
  const T r = vmath::exp(x.real_);
  // exp of a real number stays real: no 0 * inf from sin(0).
  return x.imag_ == T(0) ? complex<T>(r, x.imag_)
                         : complex<T>(r * vmath::cos(x.imag_), r * vmath::sin(x.imag_));
}
template <class T>
inline complex<T> log(complex<T> x) {
  return {vmath::log(abs(x)), vmath::atan2(x.imag_, x.real_)};
}
template <class T>
inline complex<T> sqrt(complex<T> x) {
  const T m = abs(x);
  const T re = px::sqrt((m + px::abs(x.real_)) * T(0.5));
  const T im = re == T(0) ? T(0) : px::abs(x.imag_) / (T(2) * re);
  const T signed_re = x.imag_ < T(0) ? -re : re, signed_im = x.imag_ < T(0) ? -im : im;
  return x.real_ >= T(0) ? complex<T>(re, signed_im) : complex<T>(im, signed_re);
}
template <class T>
inline complex<T> sin(complex<T> x) {
  return {vmath::sin(x.real_) * vmath::cosh(x.imag_), vmath::cos(x.real_) * vmath::sinh(x.imag_)};
}
template <class T>
inline complex<T> cos(complex<T> x) {
  return {vmath::cos(x.real_) * vmath::cosh(x.imag_), -vmath::sin(x.real_) * vmath::sinh(x.imag_)};
}
template <class T>
inline complex<T> tanh(complex<T> x) {
  const T d = vmath::cosh(T(2) * x.real_) + vmath::cos(T(2) * x.imag_);
  const bool large = px::abs(x.real_) > T(40);
  return large ? complex<T>(x.real_ > T(0) ? T(1) : T(-1), T(0))
               : complex<T>(vmath::sinh(T(2) * x.real_) / d, vmath::sin(T(2) * x.imag_) / d);
}
template <class T>
inline complex<T> sigmoid(complex<T> x) {
  return complex<T>(1) / (complex<T>(1) + exp(-x));
}
template <class T>
inline complex<T> pow(complex<T> a, complex<T> b) {
  if (b == complex<T>(0)) return complex<T>(1);
  if (a == complex<T>(0)) return complex<T>(0);
  return exp(b * log(a));
}
template <class T>
inline complex<T> lerp(complex<T> a, complex<T> b, complex<T> w) {
  return px::abs(w) < T(0.5) ? a + w * (b - a) : b - (b - a) * (complex<T>(1) - w);
}

}  // namespace px
}  // namespace
}  // namespace hearth::cpu::HEARTH_ISA
