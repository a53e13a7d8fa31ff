// SPDX-License-Identifier: Apache-2.0
// The vocabulary of pointwise.def for one element: branch-free functions that loops vectorize.
//
// Compiled once per instruction set and once for the GPU. Before including it, define
// HEARTH_ELEMENT_NAMESPACE, HEARTH_ELEMENT_FN (what stands before a function), HEARTH_ELEMENT_SLOW
// (before one that is never inlined) and, in that namespace, vmath: the elementary functions of
// float and double, and special: the functions of pointwise/special.h. Kernel header.
#pragma once

#include <cstdint>

#include "hearth/base/complex.h"

namespace HEARTH_ELEMENT_NAMESPACE {
namespace {

template <class B, class A>
HEARTH_ELEMENT_FN A select(B condition, A a, A b) {
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
HEARTH_ELEMENT_FN T zero(T) {
  return T(0);
}
template <class T>
HEARTH_ELEMENT_FN T conj(T x) {
  return x;
}
template <class T>
HEARTH_ELEMENT_FN complex<T> conj(complex<T> x) {
  return {x.real_, -x.imag_};
}
template <class T>
HEARTH_ELEMENT_FN bool ge0(T x) {
  return x >= T(0);
}
template <class T>
HEARTH_ELEMENT_FN bool ge0(complex<T> x) {
  return x.real_ >= T(0) && x.imag_ == T(0);
}
// NaN wins, as in PyTorch.
template <class T>
HEARTH_ELEMENT_FN T maximum(T a, T b) {
  return (a > b || a != a) ? a : b;
}
template <class T>
HEARTH_ELEMENT_FN T minimum(T a, T b) {
  return (a < b || a != a) ? a : b;
}
// A number wins over NaN.
template <class T>
HEARTH_ELEMENT_FN T fmax(T a, T b) {
  return b != b || a >= b ? a : b;
}
template <class T>
HEARTH_ELEMENT_FN T fmin(T a, T b) {
  return b != b || a <= b ? a : b;
}
template <class T>
HEARTH_ELEMENT_FN T sign(T x) {
  return x > T(0) ? T(1) : (x < T(0) ? T(-1) : T(0));
}

template <class T>
HEARTH_ELEMENT_FN bool isreal(T) {
  return true;
}
template <class T>
HEARTH_ELEMENT_FN bool isreal(complex<T> x) {
  return x.imag_ == T(0);
}

// ---- floating
#define HEARTH_PX_FLOAT(T)                                                                         \
  HEARTH_ELEMENT_FN T abs(T x) { return vmath::abs(x); }                                           \
  HEARTH_ELEMENT_FN T inf(T) { return vmath::inf(T()); }                                           \
  HEARTH_ELEMENT_FN bool isinf(T x) { return vmath::abs(x) == vmath::inf(T()); }                   \
  HEARTH_ELEMENT_FN bool isfinite(T x) { return vmath::abs(x) < vmath::inf(T()); }                 \
  HEARTH_ELEMENT_FN T floor(T x) { return vmath::floor(x); }                                       \
  HEARTH_ELEMENT_FN T ceil(T x) { return vmath::ceil(x); }                                         \
  HEARTH_ELEMENT_FN T trunc(T x) { return vmath::trunc(x); }                                       \
  HEARTH_ELEMENT_FN T round(T x) { return vmath::rint(x); }                                        \
  HEARTH_ELEMENT_FN T sqrt(T x) { return vmath::sqrt(x); }                                         \
  HEARTH_ELEMENT_FN T rsqrt(T x) { return vmath::rsqrt(x); }                                       \
  HEARTH_ELEMENT_FN T fmod(T a, T b) { return vmath::fmod(a, b); }                                 \
  HEARTH_ELEMENT_FN T div_trunc(T a, T b) { return trunc(a / b); }                                 \
  HEARTH_ELEMENT_FN T exp(T x) { return vmath::exp(x); }                                           \
  HEARTH_ELEMENT_FN T expm1(T x) { return vmath::expm1(x); }                                       \
  HEARTH_ELEMENT_FN T log(T x) { return vmath::log(x); }                                           \
  HEARTH_ELEMENT_FN T log1p(T x) { return vmath::log1p(x); }                                       \
  HEARTH_ELEMENT_FN T log2(T x) { return vmath::log2(x); }                                         \
  HEARTH_ELEMENT_FN T log10(T x) { return vmath::log10(x); }                                       \
  HEARTH_ELEMENT_FN T sin(T x) { return vmath::sin(x); }                                           \
  HEARTH_ELEMENT_FN T cos(T x) { return vmath::cos(x); }                                           \
  HEARTH_ELEMENT_FN T tan(T x) { return vmath::tan(x); }                                           \
  HEARTH_ELEMENT_FN T asin(T x) { return vmath::asin(x); }                                         \
  HEARTH_ELEMENT_FN T acos(T x) { return vmath::acos(x); }                                         \
  HEARTH_ELEMENT_FN T atan(T x) { return vmath::atan(x); }                                         \
  HEARTH_ELEMENT_FN T atan2(T a, T b) { return vmath::atan2(a, b); }                               \
  HEARTH_ELEMENT_FN T sinh(T x) { return vmath::sinh(x); }                                         \
  HEARTH_ELEMENT_FN T cosh(T x) { return vmath::cosh(x); }                                         \
  HEARTH_ELEMENT_FN T tanh(T x) { return vmath::tanh(x); }                                         \
  HEARTH_ELEMENT_FN T asinh(T x) { return vmath::asinh(x); }                                       \
  HEARTH_ELEMENT_FN T acosh(T x) { return vmath::acosh(x); }                                       \
  HEARTH_ELEMENT_FN T atanh(T x) { return vmath::atanh(x); }                                       \
  HEARTH_ELEMENT_FN T erf(T x) { return vmath::erf(x); }                                           \
  HEARTH_ELEMENT_FN T erfc(T x) { return vmath::erfc(x); }                                         \
  HEARTH_ELEMENT_FN T pow(T a, T b) { return vmath::pow(a, b); }                                   \
  HEARTH_ELEMENT_FN T hypot(T a, T b) { return vmath::hypot(a, b); }                               \
  HEARTH_ELEMENT_FN T copysign(T a, T b) { return vmath::copysign(a, b); }                         \
  HEARTH_ELEMENT_FN T xlogy(T a, T b) { return b != b ? b : a == T(0) ? T(0) : a * log(b); }       \
  /* Of equal infinities the difference is none. */                                                \
  HEARTH_ELEMENT_FN T logaddexp(T a, T b) {                                                        \
    return maximum(a, b) + log1p(exp(a == b ? T(0) : -abs(a - b)));                                \
  }                                                                                                \
  HEARTH_ELEMENT_FN T sigmoid(T x) { return vmath::sigmoid(x); }                                   \
  /* Rounds a / b down without the error of a rounded quotient next to an integer. */              \
  HEARTH_ELEMENT_FN T div_floor(T a, T b) {                                                        \
    const T m = fmod(a, b);                                                                        \
    T q = (a - m) / b;                                                                             \
    q = (m != T(0) && ((b < T(0)) != (m < T(0)))) ? q - T(1) : q;                                  \
    const T f = floor(q);                                                                          \
    const T r = q - f > T(0.5) ? f + T(1) : f;                                                     \
    return b == T(0) ? a / b : (q != T(0) ? r : vmath::copysign(T(0), a / b));                     \
  }                                                                                                \
  HEARTH_ELEMENT_FN T remainder(T a, T b) {                                                        \
    const T m = fmod(a, b);                                                                        \
    return (m != T(0) && ((b < T(0)) != (m < T(0)))) ? m + b : m;                                  \
  }                                                                                                \
  HEARTH_ELEMENT_FN T lerp(T a, T b, T w) {                                                        \
    return abs(w) < T(0.5) ? a + w * (b - a) : b - (b - a) * (T(1) - w);                           \
  }                                                                                                \
  HEARTH_ELEMENT_FN T gelu_tanh_slope(T x) {                                                       \
    const T t = tanh(T(0.7978845608028654) * (x + T(0.044715) * x * x * x));                       \
    return T(0.5) * (T(1) + t) +                                                                   \
           T(0.5) * x * (T(1) - t * t) * T(0.7978845608028654) * (T(1) + T(0.134145) * x * x);     \
  }                                                                                                \
  HEARTH_ELEMENT_FN T smooth_l1(T d, T beta) {                                                     \
    const T m = abs(d);                                                                            \
    return m < beta ? T(0.5) * d * d / beta : m - T(0.5) * beta;                                   \
  }                                                                                                \
  HEARTH_ELEMENT_FN T smooth_l1_slope(T d, T beta) { return abs(d) >= beta ? sign(d) : d / beta; } \
  HEARTH_ELEMENT_FN T acosh_slope(T x) { return rsqrt(x * x - T(1)); }
HEARTH_PX_FLOAT(float)
HEARTH_PX_FLOAT(double)
#undef HEARTH_PX_FLOAT

// ---- integers; division by zero gives 0 here, the public functions refuse it
#define HEARTH_PX_INT(T, U)                                                                   \
  HEARTH_ELEMENT_FN bool signbit(T x) { return x < 0; }                                       \
  /* Shifts by less than 0 or more than there are digits leave nothing but the sign. */       \
  HEARTH_ELEMENT_FN T shift_left(T a, T b) {                                                  \
    constexpr T digits = 8 * sizeof(T);                                                       \
    return b < 0 || b >= digits ? 0 : static_cast<T>(static_cast<U>(a) << b);                 \
  }                                                                                           \
  HEARTH_ELEMENT_FN T shift_right(T a, T b) {                                                 \
    constexpr T last = 8 * sizeof(T) - 1;                                                     \
    return a >> (b < 0 || b > last ? last : b);                                               \
  }                                                                                           \
  HEARTH_ELEMENT_FN U size_of(T x) {                                                          \
    return x < 0 ? U(0) - static_cast<U>(x) : static_cast<U>(x);                              \
  }                                                                                           \
  HEARTH_ELEMENT_SLOW T gcd(T x, T y) {                                                       \
    U a = size_of(x), b = size_of(y);                                                         \
    while (a != 0) {                                                                          \
      const U rest = b % a;                                                                   \
      b = a;                                                                                  \
      a = rest;                                                                               \
    }                                                                                         \
    return static_cast<T>(b);                                                                 \
  }                                                                                           \
  HEARTH_ELEMENT_FN T lcm(T x, T y) {                                                         \
    const U g = static_cast<U>(gcd(x, y));                                                    \
    return g == 0 ? 0 : static_cast<T>(size_of(static_cast<T>(size_of(x) / g * size_of(y)))); \
  }                                                                                           \
  HEARTH_ELEMENT_FN T abs(T x) { return x < 0 ? -x : x; }                                     \
  HEARTH_ELEMENT_FN bool isinf(T) { return false; }                                           \
  HEARTH_ELEMENT_FN bool isfinite(T) { return true; }                                         \
  HEARTH_ELEMENT_FN T floor(T x) { return x; }                                                \
  HEARTH_ELEMENT_FN T ceil(T x) { return x; }                                                 \
  HEARTH_ELEMENT_FN T trunc(T x) { return x; }                                                \
  HEARTH_ELEMENT_FN T round(T x) { return x; }                                                \
  HEARTH_ELEMENT_FN T div_trunc(T a, T b) { return b == 0 ? 0 : (b == -1 ? -a : a / b); }     \
  HEARTH_ELEMENT_FN T fmod(T a, T b) { return b == 0 || b == -1 ? 0 : a % b; }                \
  HEARTH_ELEMENT_FN T div_floor(T a, T b) {                                                   \
    const T q = div_trunc(a, b);                                                              \
    return (q * b != a && ((a < 0) != (b < 0))) ? q - 1 : q;                                  \
  }                                                                                           \
  HEARTH_ELEMENT_FN T remainder(T a, T b) {                                                   \
    const T m = fmod(a, b);                                                                   \
    return (m != 0 && ((b < 0) != (m < 0))) ? m + b : m;                                      \
  }                                                                                           \
  HEARTH_ELEMENT_FN T pow(T a, T b) {                                                         \
    if (b < 0) return a == 1 ? 1 : (a == -1 ? (b % 2 ? -1 : 1) : 0);                          \
    T r = 1;                                                                                  \
    for (; b > 0; b >>= 1, a *= a)                                                            \
      if (b & 1) r *= a;                                                                      \
    return r;                                                                                 \
  }
HEARTH_PX_INT(int32_t, uint32_t)
HEARTH_PX_INT(int64_t, uint64_t)
#undef HEARTH_PX_INT

// ---- complex
template <class T>
HEARTH_ELEMENT_FN bool isinf(complex<T> x) {
  return isinf(x.real_) | isinf(x.imag_);
}
template <class T>
HEARTH_ELEMENT_FN bool isfinite(complex<T> x) {
  return isfinite(x.real_) & isfinite(x.imag_);
}
template <class T>
HEARTH_ELEMENT_FN T abs(complex<T> x) {
  return vmath::hypot(x.real_, x.imag_);
}
/// x / |x|, and 0 for 0.
template <class T>
HEARTH_ELEMENT_FN complex<T> sgn(complex<T> x) {
  const T size = abs(x);
  return size == T(0) ? complex<T>(0) : complex<T>(x.real_ / size, x.imag_ / size);
}
template <class T>
HEARTH_ELEMENT_FN complex<T> exp(complex<T> x) {
  const T r = vmath::exp(x.real_);
  // exp of a real number stays real; infinities with an undefined angle keep their size.
  const complex<T> y(r * vmath::cos(x.imag_), r * vmath::sin(x.imag_));
  const bool far = isinf(x.real_) & !isfinite(x.imag_), none = far & (r == T(0));
  return x.imag_ == T(0)
             ? complex<T>(r, x.imag_)
             : complex<T>(far ? r : y.real_, none ? vmath::copysign(r, x.imag_) : y.imag_);
}
template <class T>
HEARTH_ELEMENT_FN complex<T> lerp(complex<T> a, complex<T> b, complex<T> w) {
  return px::abs(w) < T(0.5) ? a + w * (b - a) : b - (b - a) * (complex<T>(1) - w);
}

// ---- numbers that are none
template <class T>
HEARTH_ELEMENT_FN T nan_to_num(T x, T nan, T high, T low) {
  const T finite = x > T(0) ? high : low;
  return x != x ? nan : (isinf(x) ? finite : x);
}
template <class T>
HEARTH_ELEMENT_FN complex<T> nan_to_num(complex<T> x, complex<T> nan, complex<T> high,
                                        complex<T> low) {
  return {nan_to_num(x.real_, nan.real_, high.real_, low.real_),
          nan_to_num(x.imag_, nan.real_, high.real_, low.real_)};
}

}  // namespace px
}  // namespace
}  // namespace HEARTH_ELEMENT_NAMESPACE

#include "pointwise/px_complex.h"
#include "pointwise/px_special.h"
