// SPDX-License-Identifier: Apache-2.0
// Scans: each element of the result covers the elements up to it along one dim.
#pragma once

#include <optional>
#include <tuple>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// Running sums. Integers and bool sum as int64 unless dtype says otherwise; float types accumulate
/// in double or float and round each sum.
HEARTH_API Tensor cumsum(const Tensor& self, int64_t dim,
                         std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor& cumsum_out(Tensor& out, const Tensor& self, int64_t dim,
                              std::optional<ScalarType> dtype = std::nullopt);
/// Running products; types as for cumsum.
HEARTH_API Tensor cumprod(const Tensor& self, int64_t dim,
                          std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor& cumprod_out(Tensor& out, const Tensor& self, int64_t dim,
                               std::optional<ScalarType> dtype = std::nullopt);
/// Running logsumexp, of floating and complex types.
HEARTH_API Tensor logcumsumexp(const Tensor& self, int64_t dim);
HEARTH_API Tensor& logcumsumexp_out(Tensor& out, const Tensor& self, int64_t dim);
/// Running maxima and where they are: of equal ones, the last so far. NaN wins.
HEARTH_API std::tuple<Tensor, Tensor> cummax(const Tensor& self, int64_t dim);
HEARTH_API std::tuple<Tensor, Tensor> cummin(const Tensor& self, int64_t dim);
HEARTH_API std::tuple<Tensor&, Tensor&> cummax_out(Tensor& values, Tensor& indices,
                                                   const Tensor& self, int64_t dim);
HEARTH_API std::tuple<Tensor&, Tensor&> cummin_out(Tensor& values, Tensor& indices,
                                                   const Tensor& self, int64_t dim);

}  // namespace hearth
