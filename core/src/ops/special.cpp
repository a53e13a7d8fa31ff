// SPDX-License-Identifier: Apache-2.0
// Special functions that are more than a line of pointwise.def.
#include "hearth/ops/special.h"

#include <cmath>
#include <numbers>

#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "ops/pointwise_call.h"
#include "pointwise/special_kinds.h"

namespace hearth {

using namespace ops;

// ---- the gamma function's family

Tensor polygamma(int64_t n, const Tensor& self) { return polygamma(self, Scalar(n)); }
Tensor& polygamma_out(Tensor& out, int64_t n, const Tensor& self) {
  return polygamma_out(out, self, Scalar(n));
}

Tensor mvlgamma(const Tensor& self, const Scalar& p) {
  const double n = static_cast<double>(p.toLong());
  HEARTH_CHECK_AS(ValueError, n >= 1, "[mvlgamma] p has to be greater than or equal to 1, got ",
                  p.toLong());
  HEARTH_CHECK_AS(NotImplementedError, self.scalar_type() != kBool && !self.is_complex(),
                  "[mvlgamma] not implemented for '", to_string(self.scalar_type()), "'");
  const Tensor x = is_integral(self.scalar_type(), true) ? self.to(get_default_dtype()) : self;
  const Tensor shifts = arange(0.5 - n / 2, 0.5, 0.5, x.options());
  return lgamma(x.unsqueeze(-1) + shifts).sum(-1) + n * (n - 1) / 4 * std::log(std::numbers::pi);
}
Tensor& mvlgamma_(Tensor& self, const Scalar& p) {
  HEARTH_CHECK_AS(DtypeError, !is_integral(self.scalar_type(), true), "[mvlgamma_] result type ",
                  get_default_dtype(), " can't be cast to the desired output type ",
                  self.scalar_type());
  self.copy_(mvlgamma(self, p));
  return self;
}
Tensor& mvlgamma_out(Tensor& out, const Tensor& self, const Scalar& p) {
  return copy_out("mvlgamma", out, mvlgamma(self, p));
}

// ---- functions that share a row

namespace {

template <typename Kind>
Scalar number_of(Kind kind) {
  return static_cast<int64_t>(kind);
}

}  // namespace

#define HEARTH_SPECIAL(name, row, kind)                                                      \
  Tensor special_##name(const Tensor& x) { return call(Op::row, with(number_of(kind)), x); } \
  Tensor& special_##name##_out(Tensor& out, const Tensor& x) {                               \
    return call_out(Op::row, with(number_of(kind)), out, x);                                 \
  }
HEARTH_SPECIAL(bessel_j0, bessel, Bessel::j0)
HEARTH_SPECIAL(bessel_j1, bessel, Bessel::j1)
HEARTH_SPECIAL(bessel_y0, bessel, Bessel::y0)
HEARTH_SPECIAL(bessel_y1, bessel, Bessel::y1)
HEARTH_SPECIAL(modified_bessel_k0, bessel, Bessel::k0)
HEARTH_SPECIAL(modified_bessel_k1, bessel, Bessel::k1)
HEARTH_SPECIAL(scaled_modified_bessel_k0, bessel_like, BesselLike::scaled_k0)
HEARTH_SPECIAL(scaled_modified_bessel_k1, bessel_like, BesselLike::scaled_k1)
HEARTH_SPECIAL(spherical_bessel_j0, bessel_like, BesselLike::spherical_j0)
HEARTH_SPECIAL(airy_ai, bessel_like, BesselLike::airy_ai)
#undef HEARTH_SPECIAL

#define HEARTH_SPECIAL_FORM(name, kind, Self, Other, fields, ...)            \
  Tensor special_##name(const Self& x, const Other& n) {                     \
    return call(Op::orthogonal_polynomial, fields, __VA_ARGS__);             \
  }                                                                          \
  Tensor& special_##name##_out(Tensor& out, const Self& x, const Other& n) { \
    return call_out(Op::orthogonal_polynomial, fields, out, __VA_ARGS__);    \
  }
#define HEARTH_SPECIAL(name, kind)                                                            \
  HEARTH_SPECIAL_FORM(name, kind, Tensor, Tensor, with(number_of(Polynomial::kind)), x, n)    \
  HEARTH_SPECIAL_FORM(name, kind, Scalar, Tensor, self_is(x, number_of(Polynomial::kind)), n) \
  HEARTH_SPECIAL_FORM(name, kind, Tensor, Scalar, other_is(n, number_of(Polynomial::kind)), x)
HEARTH_SPECIAL(chebyshev_polynomial_t, chebyshev_t)
HEARTH_SPECIAL(chebyshev_polynomial_u, chebyshev_u)
HEARTH_SPECIAL(chebyshev_polynomial_v, chebyshev_v)
HEARTH_SPECIAL(chebyshev_polynomial_w, chebyshev_w)
HEARTH_SPECIAL(shifted_chebyshev_polynomial_t, shifted_chebyshev_t)
HEARTH_SPECIAL(shifted_chebyshev_polynomial_u, shifted_chebyshev_u)
HEARTH_SPECIAL(shifted_chebyshev_polynomial_v, shifted_chebyshev_v)
HEARTH_SPECIAL(shifted_chebyshev_polynomial_w, shifted_chebyshev_w)
HEARTH_SPECIAL(hermite_polynomial_h, hermite_h)
HEARTH_SPECIAL(hermite_polynomial_he, hermite_he)
HEARTH_SPECIAL(laguerre_polynomial_l, laguerre_l)
HEARTH_SPECIAL(legendre_polynomial_p, legendre_p)
#undef HEARTH_SPECIAL
#undef HEARTH_SPECIAL_FORM

Tensor& special_logsumexp_out(Tensor& out, const Tensor& self, IntArrayRef dim, bool keepdim) {
  return copy_out("logsumexp", out, logsumexp(self, dim, keepdim));
}

}  // namespace hearth
