// SPDX-License-Identifier: Apache-2.0
// CUDA's elementary functions by the names that pointwise/px_element.h asks for.
#pragma once

#include <cmath>

namespace hearth::cuda::vmath {

#define HEARTH_VMATH_1(name)                                              \
  __device__ __forceinline__ float name(float x) { return ::name##f(x); } \
  __device__ __forceinline__ double name(double x) { return ::name(x); }
#define HEARTH_VMATH_2(name)                                                          \
  __device__ __forceinline__ float name(float a, float b) { return ::name##f(a, b); } \
  __device__ __forceinline__ double name(double a, double b) { return ::name(a, b); }
HEARTH_VMATH_1(floor)
HEARTH_VMATH_1(ceil)
HEARTH_VMATH_1(trunc)
HEARTH_VMATH_1(rint)
HEARTH_VMATH_1(sqrt)
HEARTH_VMATH_1(exp)
HEARTH_VMATH_1(exp2)
HEARTH_VMATH_1(expm1)
HEARTH_VMATH_1(log)
HEARTH_VMATH_1(log1p)
HEARTH_VMATH_1(log2)
HEARTH_VMATH_1(log10)
HEARTH_VMATH_1(sin)
HEARTH_VMATH_1(cos)
HEARTH_VMATH_1(tan)
HEARTH_VMATH_1(asin)
HEARTH_VMATH_1(acos)
HEARTH_VMATH_1(atan)
HEARTH_VMATH_1(sinh)
HEARTH_VMATH_1(cosh)
HEARTH_VMATH_1(tanh)
HEARTH_VMATH_1(asinh)
HEARTH_VMATH_1(acosh)
HEARTH_VMATH_1(atanh)
HEARTH_VMATH_1(erf)
HEARTH_VMATH_1(erfc)
HEARTH_VMATH_1(erfcx)
HEARTH_VMATH_1(lgamma)
HEARTH_VMATH_2(fmod)
HEARTH_VMATH_2(copysign)
HEARTH_VMATH_2(hypot)
HEARTH_VMATH_2(atan2)
HEARTH_VMATH_2(pow)
#undef HEARTH_VMATH_1
#undef HEARTH_VMATH_2
__device__ __forceinline__ float abs(float x) { return ::fabsf(x); }
__device__ __forceinline__ double abs(double x) { return ::fabs(x); }
__device__ __forceinline__ float rsqrt(float x) { return ::rsqrtf(x); }
__device__ __forceinline__ double rsqrt(double x) { return ::rsqrt(x); }
__device__ __forceinline__ double fma(double a, double b, double c) { return ::fma(a, b, c); }
// CUDA's functions take any angle.
__device__ __forceinline__ double wrap_angle(double x) { return x; }
__device__ __forceinline__ float inf(float) { return __int_as_float(0x7f800000); }
__device__ __forceinline__ double inf(double) { return __longlong_as_double(0x7ff0000000000000ll); }
// Without overflow in exp, whatever the sign.
template <class T>
__device__ __forceinline__ T sigmoid(T x) {
  const T e = exp(-abs(x));
  return (x >= T(0) ? T(1) : e) / (T(1) + e);
}

}  // namespace hearth::cuda::vmath
