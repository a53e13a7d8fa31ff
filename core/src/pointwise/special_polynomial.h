// SPDX-License-Identifier: Apache-2.0
// Orthogonal polynomials by their recurrences. Included by pointwise/special.h.
#pragma once

#include "pointwise/special_gamma.h"
#include "pointwise/special_kinds.h"

namespace HEARTH_SPECIAL_NAMESPACE {

/// Chebyshev's of degree n > 6 for |x| < 1, without n steps: as functions of the angle.
HEARTH_SPECIAL_LOCAL double chebyshev_of_angle(Polynomial kind, double x, double n) {
  const double angle = ::acos(x);
  switch (kind) {
    case Polynomial::chebyshev_t:
      return ::cos(n * angle);
    case Polynomial::chebyshev_u:
      return ::sin((n + 1) * angle) / ::sin(angle);
    case Polynomial::chebyshev_v:
      return ::cos((n + 0.5) * angle) / ::cos(angle / 2);
    default:
      return ::sin((n + 0.5) * angle) / ::sin(angle / 2);
  }
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
  if (chebyshev && n > 6 && ::fabs(x) < 1) return chebyshev_of_angle(kind, x, n);
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
