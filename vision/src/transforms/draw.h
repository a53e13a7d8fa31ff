// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "hearth/base/generator.h"

/// Single random numbers for the parameters of transforms: of the generator alone, so they are the
/// same on every thread and machine.
namespace hearth::vision::transforms::draw {

/// In [lo, hi); lo where both are equal.
double uniform(Generator& generator, double lo = 0, double hi = 1);
/// An integer in [lo, hi), which must not be empty.
int64_t randint(Generator& generator, int64_t lo, int64_t hi);
/// True with probability p.
bool chance(Generator& generator, double p);
double normal(Generator& generator, double mean = 0, double stddev = 1);
/// Of the Beta distribution; a, b > 0.
double beta(Generator& generator, double a, double b);
/// n numbers of sum 1, of the symmetric Dirichlet distribution; alpha > 0.
std::vector<double> dirichlet(Generator& generator, int64_t n, double alpha);
/// The numbers below n in random order.
std::vector<int64_t> permutation(Generator& generator, int64_t n);
/// An index, as likely as its weight; weights are not negative and not all 0.
int64_t weighted(Generator& generator, const std::vector<double>& weights);

}  // namespace hearth::vision::transforms::draw
