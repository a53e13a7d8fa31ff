// SPDX-License-Identifier: Apache-2.0
// Covariance, differences, integrals and distances.
#pragma once

#include <optional>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// The covariance matrix of variables (rows) over observations (columns), divided by their number
/// less `correction`. fweights say how often each observation counts, aweights how much.
HEARTH_API Tensor cov(const Tensor& self, int64_t correction = 1,
                      const std::optional<Tensor>& fweights = {},
                      const std::optional<Tensor>& aweights = {});
/// The covariance matrix divided by the standard deviations.
HEARTH_API Tensor corrcoef(const Tensor& self);

/// Each element less the one before it along dim, n times.
HEARTH_API Tensor diff(const Tensor& self, int64_t n = 1, int64_t dim = -1,
                       const std::optional<Tensor>& prepend = {},
                       const std::optional<Tensor>& append = {});
HEARTH_API Tensor& diff_out(Tensor& out, const Tensor& self, int64_t n = 1, int64_t dim = -1,
                            const std::optional<Tensor>& prepend = {},
                            const std::optional<Tensor>& append = {});
/// The integral along dim of samples y at places x, or dx apart, by the trapezoidal rule.
HEARTH_API Tensor trapezoid(const Tensor& y, const Tensor& x, int64_t dim = -1);
HEARTH_API Tensor trapezoid(const Tensor& y, const Scalar& dx = 1, int64_t dim = -1);
HEARTH_API Tensor trapz(const Tensor& y, const Tensor& x, int64_t dim = -1);
HEARTH_API Tensor trapz(const Tensor& y, double dx = 1, int64_t dim = -1);
/// The integrals up to each sample but the first.
HEARTH_API Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, int64_t dim = -1);
HEARTH_API Tensor cumulative_trapezoid(const Tensor& y, const Scalar& dx = 1, int64_t dim = -1);

/// The p-norm of self - other.
HEARTH_API Tensor dist(const Tensor& self, const Tensor& other, const Scalar& p = 2);
HEARTH_API Tensor& dist_out(Tensor& out, const Tensor& self, const Tensor& other,
                            const Scalar& p = 2);
/// Slices along dim whose p-norm is larger than maxnorm, scaled down to it.
HEARTH_API Tensor renorm(const Tensor& self, const Scalar& p, int64_t dim, const Scalar& maxnorm);
HEARTH_API Tensor& renorm_out(Tensor& out, const Tensor& self, const Scalar& p, int64_t dim,
                              const Scalar& maxnorm);

}  // namespace hearth
