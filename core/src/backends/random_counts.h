// SPDX-License-Identifier: Apache-2.0
// Kernel header: random numbers by rejection, the same on every device. How many uniform numbers
// one takes depends on what it draws.
#pragma once

#include <cmath>
#include <limits>

#include "hearth/base/dtype.h"

#include "backends/device_fn.h"
#include "base/philox.h"

namespace hearth {

/// The uniform numbers of one element, as many as it takes.
class Draws {
 public:
  HEARTH_DEVICE_FN Draws(uint64_t seed, uint64_t counter) : seed_(seed), counter_(counter) {}
  HEARTH_DEVICE_FN double next() {
    const bool second = used_ % 2 != 0;
    if (!second) lanes_ = philox::philox4x32(seed_, counter_, used_ / 2 + 1);
    ++used_;
    const uint32_t low = second ? lanes_.v[2] : lanes_.v[0];
    const uint32_t high = second ? lanes_.v[3] : lanes_.v[1];
    return philox::uniform_double(low | uint64_t{high} << 32);
  }

 private:
  const uint64_t seed_, counter_;
  uint64_t used_ = 0;
  philox::Lanes lanes_{};
};

/// ln k!, without the global variable that the host's lgamma writes.
HEARTH_DEVICE_FN double log_factorial(double k) {
#ifdef __CUDA_ARCH__
  return ::lgamma(k + 1);
#else
  int sign = 0;
  return ::lgamma_r(k + 1, &sign);
#endif
}

/// Transformed rejection (Hoermann 1993, PTRS), for rates from 10 on.
HEARTH_DEVICE_FN double large_poisson(double rate, Draws& u) {
  const double b = 0.931 + 2.53 * std::sqrt(rate), a = -0.059 + 0.02483 * b;
  const double log_inverse_alpha = std::log(1.1239 + 1.1328 / (b - 3.4));
  const double least = 0.9277 - 3.6224 / (b - 2), log_rate = std::log(rate);
  for (;;) {
    const double x = u.next() - 0.5, v = u.next(), us = 0.5 - std::fabs(x);
    const double k = std::floor((2 * a / us + b) * x + rate + 0.43);
    if (us >= 0.07 && v <= least) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (std::log(v) + log_inverse_alpha - std::log(a / (us * us) + b) <=
        k * log_rate - rate - log_factorial(k))
      return k;
  }
}

/// Waiting times that fit into one unit of time.
HEARTH_DEVICE_FN double small_poisson(double rate, Draws& u) {
  const double least = std::exp(-rate);
  double k = 0;
  for (double product = u.next(); product > least; product *= u.next()) ++k;
  return k;
}

HEARTH_DEVICE_FN bool is_poisson_rate(double rate) {
  return rate >= 0 && rate <= std::numeric_limits<double>::max();
}
/// Of a rate that is one.
HEARTH_DEVICE_FN double draw_poisson(double rate, Draws u) {
  if (rate == 0) return 0;
  return rate >= 10 ? large_poisson(rate, u) : small_poisson(rate, u);
}

/// Transformed rejection (Hoermann 1993, BTRS), for at least 10 expected successes of prob <= 1/2.
HEARTH_DEVICE_FN double many_successes(double count, double prob, Draws& u) {
  const double deviation = std::sqrt(count * prob * (1 - prob));
  const double b = 1.15 + 2.53 * deviation, a = -0.0873 + 0.0248 * b + 0.01 * prob;
  const double c = count * prob + 0.5, least = 0.92 - 4.2 / b;
  const double alpha = (2.83 + 5.1 / b) * deviation, log_odds = std::log(prob / (1 - prob));
  const double mode = std::floor((count + 1) * prob);
  const double peak = log_factorial(mode) + log_factorial(count - mode);
  for (;;) {
    const double x = u.next() - 0.5, v = u.next(), us = 0.5 - std::fabs(x);
    const double k = std::floor((2 * a / us + b) * x + c);
    if (us >= 0.07 && v <= least) return k;
    if (k < 0 || k > count) continue;
    if (std::log(v * alpha / (a / (us * us) + b)) <=
        peak - log_factorial(k) - log_factorial(count - k) + (k - mode) * log_odds)
      return k;
  }
}

/// Failures between successes are geometric numbers.
HEARTH_DEVICE_FN double few_successes(double count, double prob, Draws& u) {
  const double log_failure = std::log1p(-prob);
  double trials = 0, successes = 0;
  for (;;) {
    trials += std::ceil(std::log(u.next()) / log_failure);
    if (trials > count) return successes;
    ++successes;
  }
}

HEARTH_DEVICE_FN double draw_binomial(double count, double prob, Draws u) {
  if (count <= 0 || prob <= 0) return 0;
  if (prob >= 1) return count;
  if (!(count <= std::numeric_limits<double>::max()) || !(prob == prob))
    return std::numeric_limits<double>::quiet_NaN();
  const double rarer = prob < 1 - prob ? prob : 1 - prob;
  const double n =
      count * rarer >= 10 ? many_successes(count, rarer, u) : few_successes(count, rarer, u);
  return prob <= 0.5 ? n : count - n;
}

/// Marsaglia and Tsang's method (2000), for shapes from 1 on.
HEARTH_DEVICE_FN double large_gamma(double shape, Draws& u) {
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double radius = std::sqrt(-2 * std::log(1 - u.next()));
    const double x = radius * std::cos(6.283185307179586 * u.next());
    const double root = 1 + c * x, v = root * root * root, accept = 1 - u.next();
    if (root <= 0) continue;
    if (std::log(accept) < 0.5 * x * x + d * (1 - v + std::log(v))) return d * v;
  }
}

/// Of a shape below 1, one of a shape larger by 1, times a power of a uniform number.
HEARTH_DEVICE_FN double draw_gamma(double shape, Draws u) {
  if (!(shape >= 0 && shape <= std::numeric_limits<double>::max()))
    return std::numeric_limits<double>::quiet_NaN();
  if (shape == 0) return 0;
  if (shape >= 1) return large_gamma(shape, u);
  const double power = std::pow(1 - u.next(), 1 / shape);
  return large_gamma(shape + 1, u) * power;
}

/// What a gamma number of a tiny shape is rounded up to, so that its logarithm is finite.
inline double smallest_normal(ScalarType t) {
  return t == kDouble ? 0x1p-1022 : t == kHalf ? 0x1p-14 : 0x1p-126;
}
/// NaN stays.
HEARTH_DEVICE_FN double at_least(double least, double x) { return x < least ? least : x; }

}  // namespace hearth
