// SPDX-License-Identifier: Apache-2.0
// Special functions in the vocabulary of pointwise.def: short ones, and calls of special.h.
// Included by pointwise/px_element.h. Kernel header.
#pragma once

namespace HEARTH_ELEMENT_NAMESPACE {
namespace {
namespace px {

#define HEARTH_PX_FLOAT(T)                                                                       \
  HEARTH_ELEMENT_FN T digamma(T x) { return vmath::digamma(x); }                                 \
  HEARTH_ELEMENT_FN T exp2(T x) { return vmath::exp2(x); }                                       \
  HEARTH_ELEMENT_FN T erfcx(T x) { return vmath::erfcx(x); }                                     \
  HEARTH_ELEMENT_FN T ndtr(T x) { return T(0.5) * erfc(x * T(-0.7071067811865476)); }            \
  HEARTH_ELEMENT_FN T log_ndtr(T x) {                                                            \
    const T t = x * T(0.7071067811865476);                                                       \
    return x < T(-1) ? log(erfcx(-t) * T(0.5)) - t * t : log1p(erfc(t) * T(-0.5));               \
  }                                                                                              \
  HEARTH_ELEMENT_FN T entr(T x) {                                                                \
    const T below = x == T(0) ? T(0) : (x != x ? x : -inf(x));                                   \
    return x > T(0) ? -(x * log(x)) : below;                                                     \
  }                                                                                              \
  HEARTH_ELEMENT_FN T logit(T x) { return log(x / (T(1) - x)); }                                 \
  HEARTH_ELEMENT_FN T xlog1py(T a, T b) { return b != b ? b : a == T(0) ? T(0) : a * log1p(b); } \
  HEARTH_ELEMENT_FN T logaddexp2(T a, T b) {                                                     \
    return maximum(a, b) + log1p(exp2(a == b ? T(0) : -abs(a - b))) * T(1.4426950408889634);     \
  }                                                                                              \
  HEARTH_ELEMENT_FN bool signbit(T x) { return vmath::copysign(T(1), x) < T(0); }                \
  HEARTH_ELEMENT_FN T nextafter(T a, T b, T digits) { return special::nextafter(a, b, digits); } \
  /* The product is rounded first, as in PyTorch. */                                             \
  HEARTH_ELEMENT_FN T sinc(T x) {                                                                \
    return static_cast<T>(special::sin_ratio(static_cast<double>(T(3.141592653589793) * x)));    \
  }                                                                                              \
  HEARTH_ELEMENT_FN T sinc_slope(T x) {                                                          \
    const T p = T(3.141592653589793) * x;                                                        \
    return T(3.141592653589793) *                                                                \
           static_cast<T>(special::sin_ratio_slope(static_cast<double>(p)));                     \
  }
HEARTH_PX_FLOAT(float)
HEARTH_PX_FLOAT(double)
#undef HEARTH_PX_FLOAT
HEARTH_ELEMENT_FN float lgamma(float x) { return vmath::lgamma(x); }
HEARTH_ELEMENT_FN double lgamma(double x) { return special::lgamma(x); }

// ---- in double precision
#define HEARTH_PX_1(name)                                         \
  template <class T>                                              \
  HEARTH_ELEMENT_FN T name(T x) {                                 \
    return static_cast<T>(special::name(static_cast<double>(x))); \
  }
#define HEARTH_PX_2(name)                                                                 \
  template <class T>                                                                      \
  HEARTH_ELEMENT_FN T name(T a, T b) {                                                    \
    return static_cast<T>(special::name(static_cast<double>(a), static_cast<double>(b))); \
  }
HEARTH_PX_2(polygamma)
HEARTH_PX_2(zeta)
HEARTH_PX_2(igamma)
HEARTH_PX_2(igammac)
HEARTH_PX_1(ndtri)
HEARTH_PX_1(erfinv)
HEARTH_PX_1(i0)
HEARTH_PX_1(i0e)
HEARTH_PX_1(i1)
HEARTH_PX_1(i1e)
HEARTH_PX_1(i1_slope)
HEARTH_PX_1(i1e_slope)
HEARTH_PX_2(bessel)
HEARTH_PX_2(bessel_slope)
HEARTH_PX_2(bessel_like)
HEARTH_PX_1(frexp_mantissa)
HEARTH_PX_1(frexp_exponent)
#undef HEARTH_PX_1
#undef HEARTH_PX_2
/// The derivative of order n + 1.
template <class T>
HEARTH_ELEMENT_FN T polygamma_slope(T n, T x) {
  return polygamma(n + T(1), x);
}
template <class T>
HEARTH_ELEMENT_FN T orthogonal_polynomial(T x, T n, T kind) {
  return static_cast<T>(special::orthogonal_polynomial(
      static_cast<double>(x), static_cast<double>(n), static_cast<double>(kind)));
}

// ---- complex
HEARTH_ELEMENT_FN C128 times_pi(C128 z) {
  return {z.real_ * 3.141592653589793, z.imag_ * 3.141592653589793};
}
HEARTH_ELEMENT_SLOW C128 sinc(C128 z) {
  const C128 p = times_pi(z);
  return z == C128(0) ? C128(1) : sin(p) / p;
}
HEARTH_ELEMENT_SLOW C128 sinc_slope(C128 z) {
  const C128 p = times_pi(z);
  return z == C128(0) ? C128(0) : (cos(p) - sin(p) / p) / z;
}
HEARTH_ELEMENT_SLOW complex<float> sinc(complex<float> z) { return complex<float>(sinc(C128(z))); }
HEARTH_ELEMENT_SLOW complex<float> sinc_slope(complex<float> z) {
  return complex<float>(sinc_slope(C128(z)));
}

}  // namespace px
}  // namespace
}  // namespace HEARTH_ELEMENT_NAMESPACE
