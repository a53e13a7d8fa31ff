// SPDX-License-Identifier: Apache-2.0
// Counting elements. None of this carries a gradient.
#pragma once

#include <optional>
#include <tuple>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// How often each of 0, 1, ... occurs in a 1-d tensor of non-negative integers, as int64; with
/// weights their sums, as float or double. At least `minlength` long.
HEARTH_API Tensor bincount(const Tensor& self, const std::optional<Tensor>& weights = {},
                           int64_t minlength = 0);
HEARTH_API Tensor& bincount_out(Tensor& out, const Tensor& self,
                                const std::optional<Tensor>& weights = {}, int64_t minlength = 0);
/// How many elements lie in each of `bins` equal parts of [min, max], whose end belongs to the last
/// one. When both are equal, the range is that of the elements.
HEARTH_API Tensor histc(const Tensor& self, int64_t bins = 100, const Scalar& min = 0,
                        const Scalar& max = 0);
HEARTH_API Tensor& histc_out(Tensor& out, const Tensor& self, int64_t bins = 100,
                             const Scalar& min = 0, const Scalar& max = 0);

/// (histogram, edges) of float or double elements: their number, or the sum of their weights,
/// between neighbouring edges. Each part holds its lower edge, the last one both. With `density`
/// the histogram's integral is 1.
HEARTH_API std::tuple<Tensor, Tensor> histogram(const Tensor& self, const Tensor& bins,
                                                const std::optional<Tensor>& weight = {},
                                                bool density = false);
/// With `bins` equal parts of range, or of the elements' own.
HEARTH_API std::tuple<Tensor, Tensor> histogram(
    const Tensor& self, int64_t bins = 100, std::optional<ArrayRef<double>> range = std::nullopt,
    const std::optional<Tensor>& weight = {}, bool density = false);
HEARTH_API std::tuple<Tensor&, Tensor&> histogram_out(Tensor& hist, Tensor& bin_edges,
                                                      const Tensor& self, const Tensor& bins,
                                                      const std::optional<Tensor>& weight = {},
                                                      bool density = false);
HEARTH_API std::tuple<Tensor&, Tensor&> histogram_out(
    Tensor& hist, Tensor& bin_edges, const Tensor& self, int64_t bins = 100,
    std::optional<ArrayRef<double>> range = std::nullopt, const std::optional<Tensor>& weight = {},
    bool density = false);
/// The histogram of points, whose coordinates are the last dim, and the edges of each. `range` has
/// two numbers for each coordinate.
HEARTH_API std::tuple<Tensor, std::vector<Tensor>> histogramdd(
    const Tensor& self, IntArrayRef bins, std::optional<ArrayRef<double>> range = std::nullopt,
    const std::optional<Tensor>& weight = {}, bool density = false);
HEARTH_API std::tuple<Tensor, std::vector<Tensor>> histogramdd(
    const Tensor& self, int64_t bins, std::optional<ArrayRef<double>> range = std::nullopt,
    const std::optional<Tensor>& weight = {}, bool density = false);
HEARTH_API std::tuple<Tensor, std::vector<Tensor>> histogramdd(
    const Tensor& self, TensorList bins, std::optional<ArrayRef<double>> range = std::nullopt,
    const std::optional<Tensor>& weight = {}, bool density = false);

}  // namespace hearth
