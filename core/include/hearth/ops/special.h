// SPDX-License-Identifier: Apache-2.0
// torch::special: special functions by their names there. Those of pointwise.def and
// pointwise_names.def are special_<name> in hearth, too.
#pragma once

#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/softmax.h"

namespace hearth {

// ---- Bessel functions and their kin
#define HEARTH_SPECIAL(name)                         \
  HEARTH_API Tensor special_##name(const Tensor& x); \
  HEARTH_API Tensor& special_##name##_out(Tensor& out, const Tensor& x);
HEARTH_SPECIAL(bessel_j0)
HEARTH_SPECIAL(bessel_j1)
HEARTH_SPECIAL(bessel_y0)
HEARTH_SPECIAL(bessel_y1)
HEARTH_SPECIAL(modified_bessel_k0)
HEARTH_SPECIAL(modified_bessel_k1)
/// modified_bessel_k0(x) * exp(x).
HEARTH_SPECIAL(scaled_modified_bessel_k0)
/// modified_bessel_k1(x) * exp(x).
HEARTH_SPECIAL(scaled_modified_bessel_k1)
HEARTH_SPECIAL(spherical_bessel_j0)
/// Airy's function Ai.
HEARTH_SPECIAL(airy_ai)
#undef HEARTH_SPECIAL

// ---- orthogonal polynomials of degree n, which is cut to an integer; 0 below degree 0, and NaN
// beyond degree 1000000 but for Chebyshev's
#define HEARTH_SPECIAL(name)                                                              \
  HEARTH_API Tensor special_##name(const Tensor& x, const Tensor& n);                     \
  HEARTH_API Tensor special_##name(const Scalar& x, const Tensor& n);                     \
  HEARTH_API Tensor special_##name(const Tensor& x, const Scalar& n);                     \
  HEARTH_API Tensor& special_##name##_out(Tensor& out, const Tensor& x, const Tensor& n); \
  HEARTH_API Tensor& special_##name##_out(Tensor& out, const Scalar& x, const Tensor& n); \
  HEARTH_API Tensor& special_##name##_out(Tensor& out, const Tensor& x, const Scalar& n);
HEARTH_SPECIAL(chebyshev_polynomial_t)
HEARTH_SPECIAL(chebyshev_polynomial_u)
HEARTH_SPECIAL(chebyshev_polynomial_v)
HEARTH_SPECIAL(chebyshev_polynomial_w)
HEARTH_SPECIAL(shifted_chebyshev_polynomial_t)
HEARTH_SPECIAL(shifted_chebyshev_polynomial_u)
HEARTH_SPECIAL(shifted_chebyshev_polynomial_v)
HEARTH_SPECIAL(shifted_chebyshev_polynomial_w)
HEARTH_SPECIAL(hermite_polynomial_h)
HEARTH_SPECIAL(hermite_polynomial_he)
HEARTH_SPECIAL(laguerre_polynomial_l)
HEARTH_SPECIAL(legendre_polynomial_p)
#undef HEARTH_SPECIAL

// ---- what is not a function of each element, or takes its numbers in another order
inline Tensor special_polygamma(int64_t n, const Tensor& self) { return polygamma(n, self); }
inline Tensor& special_polygamma_out(Tensor& out, int64_t n, const Tensor& self) {
  return polygamma_out(out, n, self);
}
inline Tensor special_round(const Tensor& self, int64_t decimals = 0) {
  return decimals == 0 ? round(self) : round(self, decimals);
}
inline Tensor& special_round_out(Tensor& out, const Tensor& self, int64_t decimals = 0) {
  return decimals == 0 ? round_out(out, self) : round_out(out, self, decimals);
}
inline Tensor special_logsumexp(const Tensor& self, IntArrayRef dim, bool keepdim = false) {
  return logsumexp(self, dim, keepdim);
}
HEARTH_API Tensor& special_logsumexp_out(Tensor& out, const Tensor& self, IntArrayRef dim,
                                         bool keepdim = false);
inline Tensor special_softmax(const Tensor& self, int64_t dim,
                              std::optional<ScalarType> dtype = {}) {
  return softmax(self, dim, dtype);
}
inline Tensor special_log_softmax(const Tensor& self, int64_t dim,
                                  std::optional<ScalarType> dtype = {}) {
  return log_softmax(self, dim, dtype);
}

/// torch::special's names.
namespace special {

#define HEARTH_SPECIAL_1(name)                                                    \
  inline Tensor name(const Tensor& self) { return hearth::special_##name(self); } \
  inline Tensor& name##_out(Tensor& result, const Tensor& self) {                 \
    return hearth::special_##name##_out(result, self);                            \
  }
#define HEARTH_SPECIAL_OF(name, Self, Other)                                        \
  inline Tensor name(const Self& self, const Other& other) {                        \
    return hearth::special_##name(self, other);                                     \
  }                                                                                 \
  inline Tensor& name##_out(Tensor& result, const Self& self, const Other& other) { \
    return hearth::special_##name##_out(result, self, other);                       \
  }
#define HEARTH_SPECIAL_2(name)            \
  HEARTH_SPECIAL_OF(name, Tensor, Tensor) \
  HEARTH_SPECIAL_OF(name, Scalar, Tensor) \
  HEARTH_SPECIAL_OF(name, Tensor, Scalar)
HEARTH_SPECIAL_1(gammaln)
HEARTH_SPECIAL_1(digamma)
HEARTH_SPECIAL_1(psi)
HEARTH_SPECIAL_1(entr)
HEARTH_SPECIAL_1(erf)
HEARTH_SPECIAL_1(erfc)
HEARTH_SPECIAL_1(erfcx)
HEARTH_SPECIAL_1(erfinv)
HEARTH_SPECIAL_1(exp2)
HEARTH_SPECIAL_1(expit)
HEARTH_SPECIAL_1(expm1)
HEARTH_SPECIAL_1(log1p)
HEARTH_SPECIAL_1(ndtr)
HEARTH_SPECIAL_1(ndtri)
HEARTH_SPECIAL_1(log_ndtr)
HEARTH_SPECIAL_1(sinc)
HEARTH_SPECIAL_1(i0)
HEARTH_SPECIAL_1(i0e)
HEARTH_SPECIAL_1(i1)
HEARTH_SPECIAL_1(i1e)
HEARTH_SPECIAL_1(bessel_j0)
HEARTH_SPECIAL_1(bessel_j1)
HEARTH_SPECIAL_1(bessel_y0)
HEARTH_SPECIAL_1(bessel_y1)
HEARTH_SPECIAL_1(modified_bessel_i0)
HEARTH_SPECIAL_1(modified_bessel_i1)
HEARTH_SPECIAL_1(modified_bessel_k0)
HEARTH_SPECIAL_1(modified_bessel_k1)
HEARTH_SPECIAL_1(scaled_modified_bessel_k0)
HEARTH_SPECIAL_1(scaled_modified_bessel_k1)
HEARTH_SPECIAL_1(spherical_bessel_j0)
HEARTH_SPECIAL_1(airy_ai)
HEARTH_SPECIAL_OF(gammainc, Tensor, Tensor)
HEARTH_SPECIAL_OF(gammaincc, Tensor, Tensor)
HEARTH_SPECIAL_OF(multigammaln, Tensor, int64_t)
HEARTH_SPECIAL_OF(polygamma, int64_t, Tensor)
HEARTH_SPECIAL_2(xlogy)
HEARTH_SPECIAL_2(xlog1py)
HEARTH_SPECIAL_2(zeta)
HEARTH_SPECIAL_2(chebyshev_polynomial_t)
HEARTH_SPECIAL_2(chebyshev_polynomial_u)
HEARTH_SPECIAL_2(chebyshev_polynomial_v)
HEARTH_SPECIAL_2(chebyshev_polynomial_w)
HEARTH_SPECIAL_2(shifted_chebyshev_polynomial_t)
HEARTH_SPECIAL_2(shifted_chebyshev_polynomial_u)
HEARTH_SPECIAL_2(shifted_chebyshev_polynomial_v)
HEARTH_SPECIAL_2(shifted_chebyshev_polynomial_w)
HEARTH_SPECIAL_2(hermite_polynomial_h)
HEARTH_SPECIAL_2(hermite_polynomial_he)
HEARTH_SPECIAL_2(laguerre_polynomial_l)
HEARTH_SPECIAL_2(legendre_polynomial_p)
#undef HEARTH_SPECIAL_1
#undef HEARTH_SPECIAL_OF
#undef HEARTH_SPECIAL_2

inline Tensor logit(const Tensor& self, std::optional<double> eps = {}) {
  return special_logit(self, eps);
}
inline Tensor& logit_out(Tensor& result, const Tensor& self, std::optional<double> eps = {}) {
  return special_logit_out(result, self, eps);
}
inline Tensor round(const Tensor& self, int64_t decimals = 0) {
  return special_round(self, decimals);
}
inline Tensor& round_out(Tensor& result, const Tensor& self, int64_t decimals = 0) {
  return special_round_out(result, self, decimals);
}
inline Tensor logsumexp(const Tensor& self, IntArrayRef dims, bool keepdim = false) {
  return special_logsumexp(self, dims, keepdim);
}
inline Tensor& logsumexp_out(Tensor& result, const Tensor& self, IntArrayRef dims,
                             bool keepdim = false) {
  return special_logsumexp_out(result, self, dims, keepdim);
}
inline Tensor softmax(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype = {}) {
  return special_softmax(self, dim, dtype);
}
inline Tensor log_softmax(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype = {}) {
  return special_log_softmax(self, dim, dtype);
}

}  // namespace special
}  // namespace hearth
