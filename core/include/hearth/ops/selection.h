// SPDX-License-Identifier: Apache-2.0
// Elements by their rank or number: medians, modes and quantiles. What is along one dim comes with
// where it is (int64), and its gradient goes there. A dim without elements throws IndexError.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// The median of all elements, the lower one of two; NaN if one is. Equal elements share the
/// gradient evenly.
HEARTH_API Tensor median(const Tensor& self);
HEARTH_API Tensor& median_out(Tensor& out, const Tensor& self);
/// The median along dim.
HEARTH_API std::tuple<Tensor, Tensor> median(const Tensor& self, int64_t dim, bool keepdim = false);
HEARTH_API std::tuple<Tensor&, Tensor&> median_out(Tensor& values, Tensor& indices,
                                                   const Tensor& self, int64_t dim,
                                                   bool keepdim = false);
/// The median of what is not NaN; NaN where nothing else is.
HEARTH_API Tensor nanmedian(const Tensor& self);
HEARTH_API Tensor& nanmedian_out(Tensor& out, const Tensor& self);
HEARTH_API std::tuple<Tensor, Tensor> nanmedian(const Tensor& self, int64_t dim,
                                                bool keepdim = false);
HEARTH_API std::tuple<Tensor&, Tensor&> nanmedian_out(Tensor& values, Tensor& indices,
                                                      const Tensor& self, int64_t dim,
                                                      bool keepdim = false);
/// The value that occurs most often, the smallest of such, and the last place of it.
HEARTH_API std::tuple<Tensor, Tensor> mode(const Tensor& self, int64_t dim = -1,
                                           bool keepdim = false);
HEARTH_API std::tuple<Tensor&, Tensor&> mode_out(Tensor& values, Tensor& indices,
                                                 const Tensor& self, int64_t dim = -1,
                                                 bool keepdim = false);

/// The q-th quantiles, 0 <= q <= 1, along dim or of all elements, of float or double; a 1-d q gives
/// its results a new first dim. Between two elements, `interpolation` ("linear", "lower", "higher",
/// "midpoint" or "nearest") says which number it is. NaN where there is one.
HEARTH_API Tensor quantile(const Tensor& self, const Tensor& q,
                           std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                           std::string_view interpolation = "linear");
HEARTH_API Tensor quantile(const Tensor& self, double q, std::optional<int64_t> dim = std::nullopt,
                           bool keepdim = false, std::string_view interpolation = "linear");
HEARTH_API Tensor& quantile_out(Tensor& out, const Tensor& self, const Tensor& q,
                                std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                                std::string_view interpolation = "linear");
HEARTH_API Tensor& quantile_out(Tensor& out, const Tensor& self, double q,
                                std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                                std::string_view interpolation = "linear");
/// The quantiles of what is not NaN.
HEARTH_API Tensor nanquantile(const Tensor& self, const Tensor& q,
                              std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                              std::string_view interpolation = "linear");
HEARTH_API Tensor nanquantile(const Tensor& self, double q,
                              std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                              std::string_view interpolation = "linear");
HEARTH_API Tensor& nanquantile_out(Tensor& out, const Tensor& self, const Tensor& q,
                                   std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                                   std::string_view interpolation = "linear");
HEARTH_API Tensor& nanquantile_out(Tensor& out, const Tensor& self, double q,
                                   std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                                   std::string_view interpolation = "linear");

}  // namespace hearth
