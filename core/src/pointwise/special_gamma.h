// SPDX-License-Identifier: Apache-2.0
// The gamma function's family. Included by pointwise/special.h.
#pragma once

#include <math.h>

namespace HEARTH_SPECIAL_NAMESPACE {

inline constexpr double kPi = 3.141592653589793;
inline constexpr double kInf = __builtin_inf();

HEARTH_SPECIAL_LOCAL double nan() { return __builtin_nan(""); }

/// log |Gamma(x)|.
HEARTH_SPECIAL_FN double lgamma(double x) {
#ifdef __CUDACC__
  return ::lgamma(x);
#else
  int sign;  // lgamma would write it to a variable of all threads
  return ::lgamma_r(x, &sign);
#endif
}
/// log Gamma(1 + a) for a >= 0.
HEARTH_SPECIAL_LOCAL double lgamma1p(double a) {
  if (a > 1e-3) return lgamma(1 + a);
  return a * (-0.5772156649015329 +
              a * (0.8224670334241132 + a * (-0.40068563438653143 + a * 0.27058080842778454)));
}

/// An asymptotic series in 1 / x^2 from x = 10 on; below, by recurrence and reflection.
HEARTH_SPECIAL_LOCAL double digamma(double x) {
  if (x == 0) return ::copysign(kInf, -x);
  double sum = 0;
  if (x < 0) {
    const double part = ::fmod(x, 1.0);
    if (part == 0 || x == -kInf) return nan();
    sum = -kPi / ::tan(kPi * part);
    x = 1 - x;
  }
  for (; x < 10; x += 1) sum -= 1 / x;
  // B_2k / 2k.
  constexpr double kTerms[] = {1.0 / 12,  -1.0 / 120,     1.0 / 252, -1.0 / 240,
                               1.0 / 132, -691.0 / 32760, 1.0 / 12};
  const double z = 1 / (x * x);
  double series = 0;
  for (int k = 6; k >= 0; --k) series = series * z + kTerms[k];
  return sum + ::log(x) - 0.5 / x - z * series;
}

/// a^-x, of which those of polygammas have a small whole x.
HEARTH_SPECIAL_LOCAL double inverse_power(double a, double x) {
  if (x > 8 || x != ::floor(x) || ::fabs(a) > 1e15) return ::pow(a, -x);
  double power = a;
  for (int k = 1; k < x; ++k) power *= a;
  return 1 / power;
}

/// Hurwitz' zeta function for x > 1: the first terms, then the sum of Euler and Maclaurin.
HEARTH_SPECIAL_LOCAL double zeta_right(double x, double q) {
  // (2k)! / B_2k.
  constexpr double kTerms[] = {12.0,
                               -720.0,
                               30240.0,
                               -1209600.0,
                               47900160.0,
                               -1892437580.3183791606,
                               7.47242496e10,
                               -2.950130727918164224e12,
                               1.1646782814350067249e14,
                               -4.5979787224074726105e15,
                               1.8152105401943546773e17,
                               -7.1661652561756670113e18};
  double a = q, term = inverse_power(q, x), sum = term;
  for (int i = 0; i < 9 || a <= 9; ++i) {
    a += 1;
    term = inverse_power(a, x);
    sum += term;
    if (term != 0 && ::fabs(term) < 1e-17 * ::fabs(sum)) return sum;
  }
  sum += term * a / (x - 1) - 0.5 * term;
  double factor = 1;
  for (int i = 0, k = 0; i < 12; ++i, k += 2) {
    factor *= x + k;
    term /= a;
    const double t = factor * term / kTerms[i];
    sum += t;
    if (::fabs(t) < 1e-17 * ::fabs(sum)) break;
    factor *= x + k + 1;
    term /= a;
  }
  return sum;
}
HEARTH_SPECIAL_FN double zeta(double x, double q) {
  const double none = nan();
  if (x != x || q != q) return x + q;
  if (x == 1) return kInf;
  if (x < 1) return none;
  if (q == kInf) return 0;
  if (x == kInf) return q > 1 ? 0 : q == 1 ? 1 : q > 0 ? kInf : none;
  if (q > 0) return zeta_right(x, q);
  if (q == ::floor(q)) return kInf;
  if (x != ::floor(x)) return none;  // a power of a negative number
  if (q > -30) return zeta_right(x, q);
  // The terms left of 0 are those of 1 - q mirrored.
  const double part = q - ::floor(q), left = zeta_right(x, 1 - part) - zeta_right(x, 1 - q);
  return zeta_right(x, part) + (::fmod(x, 2.0) == 0 ? left : -left);
}

/// The derivative of digamma, as that: a series from x = 10 on, recurrence and reflection below.
HEARTH_SPECIAL_LOCAL double trigamma(double x) {
  double mirrored = 0;
  const bool left = x <= 0;
  if (left) {
    const double part = x - ::rint(x);
    if (part == 0) return kInf;
    const double ratio = kPi / ::sin(kPi * part);
    mirrored = ratio * ratio;
    x = 1 - x;
  }
  double sum = 0;
  for (; x < 10; x += 1) sum += 1 / (x * x);
  // B_2k.
  constexpr double kTerms[] = {1.0 / 6,  -1.0 / 30,     1.0 / 42, -1.0 / 30,
                               5.0 / 66, -691.0 / 2730, 7.0 / 6};
  const double y = 1 / x, z = y * y;
  double series = 0;
  for (int k = 6; k >= 0; --k) series = series * z + kTerms[k];
  sum += y + 0.5 * z + y * z * series;
  return left ? mirrored - sum : sum;
}

HEARTH_SPECIAL_FN double polygamma(double order, double x) {
  const double n = ::trunc(order);
  if (n == 0) return digamma(x);
  if (n == 1 && x > -1e15) return trigamma(x);
  const double size = ::tgamma(n + 1) * zeta(n + 1, x);
  return ::fmod(n, 2.0) == 0 ? -size : size;
}

/// log Gamma(a) beyond Stirling's formula, for a >= 10.
HEARTH_SPECIAL_LOCAL double stirling_rest(double a) {
  constexpr double kTerms[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
                               1.0 / 1188, -691.0 / 360360, 1.0 / 156};
  const double z = 1 / (a * a);
  double series = 0;
  for (int k = 6; k >= 0; --k) series = series * z + kTerms[k];
  return series / a;
}

/// a log(a / x) + x - a without cancellation (Loader, "Fast and accurate computation of binomial
/// probabilities").
HEARTH_SPECIAL_LOCAL double deviance(double a, double x) {
  if (::fabs(x - a) >= 0.5 * (x + a)) return a * ::log(a / x) + x - a;
  const double v = (a - x) / (a + x);
  double sum = (a - x) * v, term = 2 * a * v;
  for (int k = 1; k < 1000; ++k) {
    term *= v * v;
    const double next = sum + term / (2 * k + 1);
    if (next == sum) break;
    sum = next;
  }
  return sum;
}

/// x^a e^-x / Gamma(a + 1).
HEARTH_SPECIAL_LOCAL double gamma_density(double a, double x) {
  if (a < 20) {
    if (x < 600) return ::pow(x, a) * ::exp(-x) / ::tgamma(a + 1);
    return ::exp(a * ::log(x) - x - lgamma1p(a));
  }
  return ::exp(-deviance(a, x) - stirling_rest(a)) / ::sqrt(2 * kPi * a);
}

/// The lower function by its power series.
HEARTH_SPECIAL_LOCAL double igamma_series(double a, double x) {
  double term = 1, sum = 1;
  for (double n = a + 1; term > 1e-17 * sum; n += 1) {
    term *= x / n;
    sum += term;
  }
  return gamma_density(a, x) * sum;
}

/// The upper function for small x, where the lower one may be near 1.
HEARTH_SPECIAL_LOCAL double igammac_series(double a, double x) {
  double term = 1, sum = 0;
  for (int n = 1; n < 2000; ++n) {
    term *= -x / n;
    const double t = term / (a + n);
    sum += t;
    if (::fabs(t) <= 1e-17 * ::fabs(sum)) break;
  }
  const double lx = a * ::log(x);
  return -::expm1(lx - lgamma1p(a)) - ::exp(lx) / ::tgamma(a) * sum;
}

/// The upper function by its continued fraction (modified Lentz).
HEARTH_SPECIAL_LOCAL double igammac_fraction(double a, double x) {
  const double tiny = 1e-300;
  double b = x + 1 - a, c = 1 / tiny, d = 1 / (b == 0 ? tiny : b), h = d;
  for (int i = 1; i < 100000; ++i) {
    const double an = -i * (i - a);
    b += 2;
    d = an * d + b;
    c = b + an / c;
    d = 1 / (d == 0 ? tiny : d);
    c = c == 0 ? tiny : c;
    h *= d * c;
    if (::fabs(d * c - 1) < 2e-16) break;
  }
  return gamma_density(a, x) * a * h;
}

struct IncompleteGamma {
  double lower, upper;
};

/// Both near x = a for very large a: two terms of Temme's uniform expansion.
HEARTH_SPECIAL_LOCAL IncompleteGamma uniform_gamma(double a, double x) {
  const double half = deviance(a, x) / a;  // eta^2 / 2
  const double eta = ::copysign(::sqrt(2 * half), x - a), mu = (x - a) / a;
  const double c0 = ::fabs(eta) < 0.01
                        ? -1.0 / 3 + eta * (1.0 / 12 + eta * (-2.0 / 135 + eta * (1.0 / 864)))
                        : 1 / mu - 1 / eta;
  const double c1 = -1.0 / 540 - eta / 288, t = eta * ::sqrt(a / 2);
  const double rest = ::exp(-a * half) / ::sqrt(2 * kPi * a) * (c0 + c1 / a);
  return {0.5 * ::erfc(-t) - rest, 0.5 * ::erfc(t) + rest};
}
HEARTH_SPECIAL_LOCAL IncompleteGamma incomplete_gamma(double a, double x) {
  const double none = nan();
  const bool a_far = a == kInf, x_far = x == kInf;
  if (!(a >= 0) || !(x >= 0) || (a == 0 && x == 0) || (a_far && x_far)) return {none, none};
  if (a == 0 || x_far) return {1, 0};
  if (x == 0 || a_far) return {0, 1};
  if (a > 1e5 && ::fabs(x - a) < 0.3 * a) return uniform_gamma(a, x);
  if (x > 1.1 && x > a) {
    const double upper = igammac_fraction(a, x);
    return {1 - upper, upper};
  }
  const bool small_lower = x <= 0.5 ? -0.4 / ::log(x) < a : x * 1.1 < a;
  if (!small_lower && x <= 1.1) {
    const double upper = igammac_series(a, x);
    return {1 - upper, upper};
  }
  const double lower = igamma_series(a, x);
  return {lower, 1 - lower};
}
HEARTH_SPECIAL_FN double igamma(double a, double x) { return incomplete_gamma(a, x).lower; }
HEARTH_SPECIAL_FN double igammac(double a, double x) { return incomplete_gamma(a, x).upper; }

}  // namespace HEARTH_SPECIAL_NAMESPACE
