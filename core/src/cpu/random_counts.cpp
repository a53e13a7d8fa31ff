// SPDX-License-Identifier: Apache-2.0
#include "ops/random_counts.h"

#include <cmath>

#include "base/parallel.h"
#include "base/philox.h"
#include "cpu/kernels.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

/// The uniform numbers of one element, as many as it takes.
class Draws {
 public:
  Draws(uint64_t seed, uint64_t counter) : seed_(seed), counter_(counter) {}
  double next() {
    const bool second = used_ % 2 != 0;
    if (!second) lanes_ = philox::philox4x32(seed_, counter_, used_ / 2 + 1);
    ++used_;
    const uint32_t* v = lanes_.v + (second ? 2 : 0);
    return philox::uniform_double(v[0] | uint64_t{v[1]} << 32);
  }

 private:
  const uint64_t seed_, counter_;
  uint64_t used_ = 0;
  philox::Lanes lanes_{};
};

/// ln k!, without the global variable that lgamma writes.
double log_factorial(double k) {
  int sign = 0;
  return ::lgamma_r(k + 1, &sign);
}

/// Transformed rejection (Hoermann 1993, PTRS), for rates from 10 on.
double large_poisson(double rate, Draws& u) {
  const double b = 0.931 + 2.53 * std::sqrt(rate), a = -0.059 + 0.02483 * b;
  const double log_inverse_alpha = std::log(1.1239 + 1.1328 / (b - 3.4));
  const double least = 0.9277 - 3.6224 / (b - 2), log_rate = std::log(rate);
  for (;;) {
    const double x = u.next() - 0.5, v = u.next(), us = 0.5 - std::abs(x);
    const double k = std::floor((2 * a / us + b) * x + rate + 0.43);
    if (us >= 0.07 && v <= least) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (std::log(v) + log_inverse_alpha - std::log(a / (us * us) + b) <=
        k * log_rate - rate - log_factorial(k))
      return k;
  }
}

/// Waiting times that fit into one unit of time.
double small_poisson(double rate, Draws& u) {
  const double least = std::exp(-rate);
  double k = 0;
  for (double product = u.next(); product > least; product *= u.next()) ++k;
  return k;
}

double draw_poisson(double rate, Draws u) {
  if (rate == 0) return 0;
  return rate >= 10 ? large_poisson(rate, u) : small_poisson(rate, u);
}

/// Transformed rejection (Hoermann 1993, BTRS), for at least 10 expected successes of prob <= 1/2.
double many_successes(double count, double prob, Draws& u) {
  const double deviation = std::sqrt(count * prob * (1 - prob));
  const double b = 1.15 + 2.53 * deviation, a = -0.0873 + 0.0248 * b + 0.01 * prob;
  const double c = count * prob + 0.5, least = 0.92 - 4.2 / b;
  const double alpha = (2.83 + 5.1 / b) * deviation, log_odds = std::log(prob / (1 - prob));
  const double mode = std::floor((count + 1) * prob);
  const double peak = log_factorial(mode) + log_factorial(count - mode);
  for (;;) {
    const double x = u.next() - 0.5, v = u.next(), us = 0.5 - std::abs(x);
    const double k = std::floor((2 * a / us + b) * x + c);
    if (us >= 0.07 && v <= least) return k;
    if (k < 0 || k > count) continue;
    if (std::log(v * alpha / (a / (us * us) + b)) <=
        peak - log_factorial(k) - log_factorial(count - k) + (k - mode) * log_odds)
      return k;
  }
}

/// Failures between successes are geometric numbers.
double few_successes(double count, double prob, Draws& u) {
  const double log_failure = std::log1p(-prob);
  double trials = 0, successes = 0;
  for (;;) {
    trials += std::ceil(std::log(u.next()) / log_failure);
    if (trials > count) return successes;
    ++successes;
  }
}

double draw_binomial(double count, double prob, Draws u) {
  if (count <= 0 || prob <= 0) return 0;
  if (prob >= 1) return count;
  if (!std::isfinite(count) || !(prob == prob)) return std::nan("");
  const double rarer = std::min(prob, 1 - prob);
  const double n =
      count * rarer >= 10 ? many_successes(count, rarer, u) : few_successes(count, rarer, u);
  return prob <= 0.5 ? n : count - n;
}

/// Fills an output with draw(i), of doubles.
template <class F>
void fill(const Tensor& out, const F& draw) {
  const Tensor numbers = impl(out).dtype == kDouble && impl(out).contiguous
                             ? out
                             : new_tensor(impl(out).sizes, kDouble, kCPU);
  double* to = ptr<double>(numbers);
  parallel_for(impl(out).numel, 256, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) to[i] = draw(i);
  });
  if (!numbers.is_same(out)) copy_raw_into(out, numbers);
}

void poisson(const Call& call) {
  const auto& op = call.as<ops::Poisson>();
  const Tensor rates = contiguous_raw(call.in[0]);
  const double* rate = ptr<double>(rates);
  for (int64_t i = 0; i < impl(rates).numel; ++i)
    HEARTH_CHECK_AS(
        ValueError, rate[i] >= 0 && std::isfinite(rate[i]),
        "[poisson] invalid Poisson rate, expected rate to be non-negative and finite, got ",
        rate[i]);
  fill(call.out[0], [&](int64_t i) {
    return draw_poisson(rate[i], Draws(op.seed, op.offset + static_cast<uint64_t>(i)));
  });
}

void binomial(const Call& call) {
  const auto& op = call.as<ops::Binomial>();
  const auto& sizes = impl(call.out[0]).sizes;
  const Tensor counts = contiguous_raw(call.in[0].detach().expand(sizes));
  const Tensor probs = contiguous_raw(call.in[1].detach().expand(sizes));
  const double *count = ptr<double>(counts), *prob = ptr<double>(probs);
  fill(call.out[0], [&](int64_t i) {
    return draw_binomial(count[i], prob[i], Draws(op.seed, op.offset + static_cast<uint64_t>(i)));
  });
}

}  // namespace

void install_random_counts() {
  ops::Poisson::row().kernel[0] = &poisson;
  ops::Binomial::row().kernel[0] = &binomial;
}

}  // namespace hearth::cpu
