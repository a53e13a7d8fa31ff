// SPDX-License-Identifier: Apache-2.0
// Different elements or slices. Each function returns them, for every input its number among them,
// and how often each occurs; without a dim, what is not asked for is empty. NaN differs from NaN.
// Nothing of it carries a gradient; complex tensors throw NotImplementedError.
#pragma once

#include <optional>
#include <tuple>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// The elements, or with dim the slices along it, in order, `sorted` or not.
HEARTH_API std::tuple<Tensor, Tensor, Tensor> unique(const Tensor& self, bool sorted = true,
                                                     bool return_inverse = false,
                                                     bool return_counts = false,
                                                     std::optional<int64_t> dim = std::nullopt);
/// unique by the name that it has in LibTorch.
HEARTH_API std::tuple<Tensor, Tensor, Tensor> _unique2(const Tensor& self, bool sorted = true,
                                                       bool return_inverse = false,
                                                       bool return_counts = false);
HEARTH_API std::tuple<Tensor, Tensor> _unique(const Tensor& self, bool sorted = true,
                                              bool return_inverse = false);
HEARTH_API std::tuple<Tensor, Tensor, Tensor> unique_dim(const Tensor& self, int64_t dim,
                                                         bool sorted = true,
                                                         bool return_inverse = false,
                                                         bool return_counts = false);
/// The first of each run of equal elements, or slices along dim.
HEARTH_API std::tuple<Tensor, Tensor, Tensor> unique_consecutive(
    const Tensor& self, bool return_inverse = false, bool return_counts = false,
    std::optional<int64_t> dim = std::nullopt);
HEARTH_API std::tuple<Tensor, Tensor, Tensor> unique_dim_consecutive(const Tensor& self,
                                                                     int64_t dim,
                                                                     bool return_inverse = false,
                                                                     bool return_counts = false);

HEARTH_API std::tuple<Tensor&, Tensor&, Tensor&> _unique2_out(Tensor& out0, Tensor& out1,
                                                              Tensor& out2, const Tensor& self,
                                                              bool sorted = true,
                                                              bool return_inverse = false,
                                                              bool return_counts = false);
HEARTH_API std::tuple<Tensor&, Tensor&, Tensor&> unique_dim_out(Tensor& out0, Tensor& out1,
                                                                Tensor& out2, const Tensor& self,
                                                                int64_t dim, bool sorted = true,
                                                                bool return_inverse = false,
                                                                bool return_counts = false);
HEARTH_API std::tuple<Tensor&, Tensor&, Tensor&> unique_consecutive_out(
    Tensor& out0, Tensor& out1, Tensor& out2, const Tensor& self, bool return_inverse = false,
    bool return_counts = false, std::optional<int64_t> dim = std::nullopt);
HEARTH_API std::tuple<Tensor&, Tensor&, Tensor&> unique_dim_consecutive_out(
    Tensor& out0, Tensor& out1, Tensor& out2, const Tensor& self, int64_t dim,
    bool return_inverse = false, bool return_counts = false);

}  // namespace hearth
