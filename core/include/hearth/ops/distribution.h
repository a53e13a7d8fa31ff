// SPDX-License-Identifier: Apache-2.0
// Random numbers of distributions with tensors as parameters, and the out forms of
// hearth/ops/random.h and of rand, randn, randint and randperm.
#pragma once

#include <optional>
#include <tuple>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// Poisson numbers; `self` holds their rates.
HEARTH_API Tensor poisson(const Tensor& self, std::optional<Generator> generator = {});
/// How many of `count` trials, each of probability `prob`, succeed; both broadcast.
HEARTH_API Tensor binomial(const Tensor& count, const Tensor& prob,
                           std::optional<Generator> generator = {});
/// Gamma numbers of scale 1; `self` holds their shapes. Of shapes that are negative, infinite or
/// NaN NaN. Gradients are those of _standard_gamma_grad (Figurnov et al. 2018).
HEARTH_API Tensor _standard_gamma(const Tensor& self, std::optional<Generator> generator = {});
/// How a gamma number changes with its shape, when its value of the distribution function stays.
HEARTH_API Tensor _standard_gamma_grad(const Tensor& self, const Tensor& output);
/// Points of the simplex: gamma numbers of the shapes `self`, divided by their sum over the last
/// dim. Their gradient is that of the gamma numbers.
HEARTH_API Tensor _sample_dirichlet(const Tensor& self, std::optional<Generator> generator = {});
/// 0 or 1, like `self` in sizes and dtype: 1 with the probability that p has there.
HEARTH_API Tensor bernoulli(const Tensor& self, const Tensor& p,
                            std::optional<Generator> generator = {});
/// Like `self` in sizes and dtype.
HEARTH_API Tensor normal_functional(const Tensor& self, double mean = 0, double std = 1,
                                    std::optional<Generator> generator = {});
/// Dropout and its mask of bools; without `train` the input and a mask of ones.
HEARTH_API std::tuple<Tensor, Tensor> native_dropout(const Tensor& input, double p,
                                                     std::optional<bool> train);

HEARTH_API Tensor& poisson_out(Tensor& out, const Tensor& self,
                               std::optional<Generator> generator = {});
HEARTH_API Tensor& binomial_out(Tensor& out, const Tensor& count, const Tensor& prob,
                                std::optional<Generator> generator = {});
HEARTH_API Tensor& bernoulli_out(Tensor& out, const Tensor& self,
                                 std::optional<Generator> generator = {});
HEARTH_API Tensor& bernoulli_out(Tensor& out, const Tensor& self, double p,
                                 std::optional<Generator> generator = {});
HEARTH_API Tensor& bernoulli_out(Tensor& out, const Tensor& self, const Tensor& p,
                                 std::optional<Generator> generator = {});
HEARTH_API Tensor& multinomial_out(Tensor& out, const Tensor& self, int64_t num_samples,
                                   bool replacement = false,
                                   std::optional<Generator> generator = {});
HEARTH_API Tensor& normal_out(Tensor& out, const Tensor& mean, double std = 1,
                              std::optional<Generator> generator = {});
HEARTH_API Tensor& normal_out(Tensor& out, double mean, const Tensor& std,
                              std::optional<Generator> generator = {});
HEARTH_API Tensor& normal_out(Tensor& out, const Tensor& mean, const Tensor& std,
                              std::optional<Generator> generator = {});
HEARTH_API Tensor& normal_out(Tensor& out, double mean, double std, IntArrayRef sizes,
                              std::optional<Generator> generator = {});
HEARTH_API Tensor& rand_out(Tensor& out, IntArrayRef sizes,
                            std::optional<Generator> generator = {});
HEARTH_API Tensor& randn_out(Tensor& out, IntArrayRef sizes,
                             std::optional<Generator> generator = {});
HEARTH_API Tensor& randint_out(Tensor& out, int64_t high, IntArrayRef sizes,
                               std::optional<Generator> generator = {});
HEARTH_API Tensor& randint_out(Tensor& out, int64_t low, int64_t high, IntArrayRef sizes,
                               std::optional<Generator> generator = {});
HEARTH_API Tensor& randperm_out(Tensor& out, int64_t n, std::optional<Generator> generator = {});

}  // namespace hearth
