// SPDX-License-Identifier: Apache-2.0
// Orthogonal polynomials by their recurrences. Included by pointwise/special.h.
#pragma once

#include "pointwise/special_gamma.h"
#include "pointwise/special_kinds.h"

namespace HEARTH_SPECIAL_NAMESPACE {

/// Chebyshev's without a step for each degree: as functions of the angle that x is the cosine of,
/// or the hyperbolic cosine.
HEARTH_SPECIAL_LOCAL double chebyshev_of_angle(Polynomial kind, double x, double n) {
  const bool circle = ::fabs(x) < 1,
             t_or_v = kind == Polynomial::chebyshev_t || kind == Polynomial::chebyshev_v;
  const bool halves = kind == Polynomial::chebyshev_v || kind == Polynomial::chebyshev_w;
  if (!circle && x < 0) {
    // V and W mirror each other.
    const double mirrored = chebyshev_of_angle(!halves  ? kind
                                               : t_or_v ? Polynomial::chebyshev_w
                                                        : Polynomial::chebyshev_v,
                                               -x, n);
    return ::fmod(n, 2.0) == 0 ? mirrored : -mirrored;
  }
  const double degree = halves ? n + 0.5 : t_or_v ? n : n + 1, last = halves ? 0.5 : t_or_v ? 0 : 1;
  if (x == 1) return t_or_v ? 1 : degree / last;
  const double angle = circle ? ::acos(x) : ::acosh(x);
  if (circle) {
    return t_or_v ? ::cos(degree * angle) / ::cos(last * angle)
                  : ::sin(degree * angle) / ::sin(last * angle);
  }
  return t_or_v ? ::cosh(degree * angle) / ::cosh(last * angle)
                : ::sinh(degree * angle) / ::sinh(last * angle);
}

HEARTH_SPECIAL_FN double orthogonal_polynomial(double x, double degree, double which) {
  auto kind = static_cast<Polynomial>(static_cast<int>(which));
  const double n = ::trunc(degree);
  if (n != n) return n;
  if (n < 0) return 0;
  if (n == 0) return 1;
  if (kind >= Polynomial::shifted_chebyshev_t && kind <= Polynomial::shifted_chebyshev_w) {
    kind = static_cast<Polynomial>(static_cast<int>(kind) -
                                   static_cast<int>(Polynomial::shifted_chebyshev_t));
    x = 2 * x - 1;
  }
  const bool chebyshev = kind <= Polynomial::chebyshev_w;
  if (chebyshev && (n > 1000 || (n > 6 && ::fabs(x) < 1)))
    return x != x ? x : chebyshev_of_angle(kind, x, n);
  if (n > 1e6) return nan();  // a step for each degree
  double p = 1, q = x;
  if (kind == Polynomial::chebyshev_u || kind == Polynomial::hermite_h) q = 2 * x;
  if (kind == Polynomial::chebyshev_v) q = 2 * x - 1;
  if (kind == Polynomial::chebyshev_w) q = 2 * x + 1;
  if (kind == Polynomial::laguerre_l) q = 1 - x;
  // What has overflowed stays none.
  for (double k = 1; k < n && q == q; k += 1) {
    double next = 2 * x * q - p;
    if (kind == Polynomial::hermite_h) next = 2 * x * q - 2 * k * p;
    if (kind == Polynomial::hermite_he) next = x * q - k * p;
    if (kind == Polynomial::laguerre_l) next = ((2 * k + 1 - x) * q - k * p) / (k + 1);
    if (kind == Polynomial::legendre_p) next = ((2 * k + 1) * x * q - k * p) / (k + 1);
    p = q;
    q = next;
  }
  return q;
}

}  // namespace HEARTH_SPECIAL_NAMESPACE
