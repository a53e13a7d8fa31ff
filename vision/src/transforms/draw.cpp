// SPDX-License-Identifier: Apache-2.0
#include "transforms/draw.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "hearth/base/error.h"
#include "hearth/base/random_bits.h"

namespace hearth::vision::transforms::draw {
namespace {

/// The logarithm of a number of the Gamma distribution (Marsaglia and Tsang, "A simple method for
/// generating gamma variables", 2000). Those of a small alpha are below any double.
double log_gamma_number(Generator& generator, double alpha) {
  const double d = (alpha < 1 ? alpha + 1 : alpha) - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = normal(generator), root = 1 + c * x;
    const double u = 1 - uniform(generator);
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(u) >= 0.5 * x * x + d * (1 - v + std::log(v))) continue;
    const double found = std::log(d * v);
    return alpha < 1 ? found + std::log(1 - uniform(generator)) / alpha : found;
  }
}

}  // namespace

double uniform(Generator& generator, double lo, double hi) {
  const double unit = static_cast<double>(random_bits(generator) >> 11) * 0x1p-53;
  return lo + (hi - lo) * unit;
}

int64_t randint(Generator& generator, int64_t lo, int64_t hi) {
  HEARTH_CHECK_AS(ValueError, lo < hi, "[randint] expected low < high, got ", lo, " and ", hi);
  const auto range = static_cast<uint64_t>(hi) - static_cast<uint64_t>(lo);
  using Wide = unsigned __int128;
  const auto below = static_cast<uint64_t>(Wide{random_bits(generator)} * range >> 64);
  return static_cast<int64_t>(static_cast<uint64_t>(lo) + below);
}

bool chance(Generator& generator, double p) { return uniform(generator) < p; }

double normal(Generator& generator, double mean, double stddev) {
  const double radius = std::sqrt(-2 * std::log(1 - uniform(generator)));
  return mean + stddev * radius * std::cos(2 * std::numbers::pi * uniform(generator));
}

double beta(Generator& generator, double a, double b) {
  const double x = log_gamma_number(generator, a);
  const double y = log_gamma_number(generator, b);
  return 1 / (1 + std::exp(y - x));
}

std::vector<double> dirichlet(Generator& generator, int64_t n, double alpha) {
  std::vector<double> all(static_cast<size_t>(n));
  for (double& v : all) v = log_gamma_number(generator, alpha);
  const double most = all.empty() ? 0 : *std::max_element(all.begin(), all.end());
  for (double& v : all) v = std::exp(v - most);
  const double sum = std::accumulate(all.begin(), all.end(), 0.0);
  for (double& v : all) v /= sum;
  return all;
}

std::vector<int64_t> permutation(Generator& generator, int64_t n) {
  std::vector<int64_t> all(static_cast<size_t>(n));
  std::iota(all.begin(), all.end(), 0);
  for (int64_t i = n - 1; i > 0; --i)
    std::swap(all[static_cast<size_t>(i)], all[static_cast<size_t>(randint(generator, 0, i + 1))]);
  return all;
}

int64_t weighted(Generator& generator, const std::vector<double>& weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  double left = uniform(generator, 0, sum);
  int64_t last = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    last = static_cast<int64_t>(i);
    left -= weights[i];
    if (left < 0) break;
  }
  return last;
}

}  // namespace hearth::vision::transforms::draw
