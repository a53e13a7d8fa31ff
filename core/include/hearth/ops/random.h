// SPDX-License-Identifier: Apache-2.0
// Random numbers and dropout. rand, randn, randint and randperm are in creation.h. Without a
// generator the default one is used; the numbers drawn depend on its seed and position alone, not
// on threads.
#pragma once

#include <optional>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// 0 or 1: each element is 1 with the probability that `self` has there.
HEARTH_API Tensor bernoulli(const Tensor& self, std::optional<Generator> generator = {});
/// 0 or 1, like `self` in sizes and dtype: 1 with probability p.
HEARTH_API Tensor bernoulli(const Tensor& self, double p, std::optional<Generator> generator = {});
/// num_samples indices for each row of weights `self` (1-d or 2-d, floating, not negative, not all
/// zero): int64, of size [num_samples] or [rows, num_samples]. Without replacement, indices of a
/// row differ.
HEARTH_API Tensor multinomial(const Tensor& self, int64_t num_samples, bool replacement = false,
                              std::optional<Generator> generator = {});
/// Normal numbers with these means and standard deviations, which broadcast.
HEARTH_API Tensor normal(const Tensor& mean, double std = 1,
                         std::optional<Generator> generator = {});
HEARTH_API Tensor normal(double mean, const Tensor& std, std::optional<Generator> generator = {});
HEARTH_API Tensor normal(const Tensor& mean, const Tensor& std,
                         std::optional<Generator> generator = {});
HEARTH_API Tensor normal(double mean, double std, IntArrayRef size,
                         std::optional<Generator> generator = {},
                         const TensorOptions& options = {});

/// In training, zeroes each element with probability p and scales the others by 1 / (1 - p); else
/// returns the input. Backward redraws the mask, so none is kept.
HEARTH_API Tensor dropout(const Tensor& input, double p, bool train);
HEARTH_API Tensor& dropout_(Tensor& self, double p, bool train);
/// Dropout of whole channels: one draw for each of the first two dims of `input`.
HEARTH_API Tensor feature_dropout(const Tensor& input, double p, bool train);
HEARTH_API Tensor& feature_dropout_(Tensor& self, double p, bool train);
/// Dropout that keeps mean and variance of standard normal inputs, for use with SELU.
HEARTH_API Tensor alpha_dropout(const Tensor& input, double p, bool train);
HEARTH_API Tensor& alpha_dropout_(Tensor& self, double p, bool train);
HEARTH_API Tensor feature_alpha_dropout(const Tensor& input, double p, bool train);
HEARTH_API Tensor& feature_alpha_dropout_(Tensor& self, double p, bool train);

}  // namespace hearth
