// SPDX-License-Identifier: Apache-2.0
#include "features/beta.h"

#include <cmath>
#include <initializer_list>
#include <limits>

namespace hearth::audio::features {

namespace {

/// The continued fraction of the incomplete beta function (Abramowitz and Stegun, 26.5.8), from its
/// front by the ratios of successive numerators and denominators (Lentz).
double fraction(double x, double a, double b) {
  constexpr double kLeast = 1e-300;
  const auto away_from_zero = [](double v) { return std::abs(v) < kLeast ? kLeast : v; };
  double numerator = 1, denominator = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double value = denominator;
  for (int m = 1; m < 10000; ++m) {
    double change = 1;
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    for (const double term : {even, odd}) {
      denominator = 1 / away_from_zero(1 + term * denominator);
      numerator = away_from_zero(1 + term / numerator);
      change = numerator * denominator;
      value *= change;
    }
    if (std::abs(change - 1) < 4 * std::numeric_limits<double>::epsilon()) break;
  }
  return value;
}

}  // namespace

double beta_cdf(double x, double a, double b) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x));
  // The fraction converges quickly on this side of the mean, and by symmetry on the other.
  return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a
                                   : 1 - front * fraction(1 - x, b, a) / b;
}

}  // namespace hearth::audio::features
