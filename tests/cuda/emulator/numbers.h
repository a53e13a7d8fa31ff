// SPDX-License-Identifier: Apache-2.0
// CUDA's functions of numbers that C++ and glibc lack.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

// ---- bits

inline int __float_as_int(float x) { return std::bit_cast<int>(x); }
inline unsigned __float_as_uint(float x) { return std::bit_cast<unsigned>(x); }
inline float __int_as_float(int x) { return std::bit_cast<float>(x); }
inline float __uint_as_float(unsigned x) { return std::bit_cast<float>(x); }
inline long long __double_as_longlong(double x) { return std::bit_cast<long long>(x); }
inline double __longlong_as_double(long long x) { return std::bit_cast<double>(x); }
inline int __popc(unsigned x) { return std::popcount(x); }
inline int __popcll(unsigned long long x) { return std::popcount(x); }
inline int __clz(int x) { return std::countl_zero(static_cast<unsigned>(x)); }
inline int __clzll(long long x) { return std::countl_zero(static_cast<unsigned long long>(x)); }
/// The place of the lowest bit that is set, from 1; 0 if none is.
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }
inline unsigned __brev(unsigned x) {
  unsigned y = 0;
  for (int i = 0; i < 32; ++i) y |= (x >> i & 1) << (31 - i);
  return y;
}
inline unsigned __umulhi(unsigned a, unsigned b) {
  return static_cast<unsigned>(uint64_t{a} * b >> 32);
}
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
  return static_cast<unsigned long long>(static_cast<unsigned __int128>(a) * b >> 64);
}

// ---- arithmetic: never contracted, as these promise

inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fmaf_rn(float a, float b, float c) { return ::fmaf(a, b, c); }
inline float __fsqrt_rn(float x) { return ::sqrtf(x); }
inline float __frcp_rn(float x) { return 1.0f / x; }
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dsub_rn(double a, double b) { return a - b; }
inline double __dmul_rn(double a, double b) { return a * b; }
inline double __ddiv_rn(double a, double b) { return a / b; }
inline double __fma_rn(double a, double b, double c) { return ::fma(a, b, c); }
inline double __dsqrt_rn(double x) { return ::sqrt(x); }

// ---- functions

/// CUDA's min and max of mixed types; those of floats prefer numbers to NaN.
template <class A, class B>
requires(std::is_arithmetic_v<A>&& std::is_arithmetic_v<B>) constexpr std::common_type_t<A, B> min(
    A a, B b) {
  using T = std::common_type_t<A, B>;
  if constexpr (std::is_floating_point_v<T>) return static_cast<T>(::fmin(T(a), T(b)));
  return T(b) < T(a) ? T(b) : T(a);
}
template <class A, class B>
requires(std::is_arithmetic_v<A>&& std::is_arithmetic_v<B>) constexpr std::common_type_t<A, B> max(
    A a, B b) {
  using T = std::common_type_t<A, B>;
  if constexpr (std::is_floating_point_v<T>) return static_cast<T>(::fmax(T(a), T(b)));
  return T(b) > T(a) ? T(b) : T(a);
}

inline float __expf(float x) { return ::expf(x); }
inline float __exp2f(float x) { return ::exp2f(x); }
inline float __logf(float x) { return ::logf(x); }
inline float __fdividef(float a, float b) { return a / b; }
inline float rsqrtf(float x) { return static_cast<float>(1 / ::sqrt(static_cast<double>(x))); }
inline double rsqrt(double x) {
  return static_cast<double>(1 / ::sqrtl(static_cast<long double>(x)));
}
inline double sinpi(double x) {
  const double r = ::fmod(x, 2);
  if (r == 0 || r == 1 || r == -1) return ::copysign(0.0, x);
  return static_cast<double>(::sinl(static_cast<long double>(r) * 3.14159265358979323846264338L));
}
inline double cospi(double x) {
  const double r = ::fmod(x, 2);
  if (::fabs(r) == 0.5 || ::fabs(r) == 1.5) return 0;
  return static_cast<double>(::cosl(static_cast<long double>(r) * 3.14159265358979323846264338L));
}
inline float sinpif(float x) { return static_cast<float>(sinpi(x)); }
inline float cospif(float x) { return static_cast<float>(cospi(x)); }
inline void sincospi(double x, double* s, double* c) {
  *s = sinpi(x);
  *c = cospi(x);
}
inline void sincospif(float x, float* s, float* c) {
  *s = sinpif(x);
  *c = cospif(x);
}
/// exp(x^2) erfc(x).
inline double erfcx(double x) {
  const long double y = x;
  if (y < 50) return static_cast<double>(::expl(y * y) * ::erfcl(y));
  // Its asymptotic series, which at 50 is exact after four terms.
  const long double t = 1 / (2 * y * y);
  return static_cast<double>((1 - t * (1 - 3 * t * (1 - 5 * t))) /
                             (y * 1.7724538509055160272981674833L));
}
inline float erfcxf(float x) { return static_cast<float>(erfcx(x)); }

// ---- memory

template <class T>
T __ldg(const T* at) {
  return *at;
}
template <class T>
T __ldcs(const T* at) {
  return *at;
}
template <class T>
T __ldcg(const T* at) {
  return *at;
}
template <class T>
void __stcs(T* at, T value) {
  *at = value;
}
template <class T>
void __stcg(T* at, T value) {
  *at = value;
}
