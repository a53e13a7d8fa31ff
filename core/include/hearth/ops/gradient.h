// SPDX-License-Identifier: Apache-2.0
// Numerical differentiation of samples.
#pragma once

#include <optional>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// The gradient of a function sampled in `self`, one tensor for each of `dim` (all by default), by
/// central differences; at the ends by one-sided ones of order edge_order, 1 or 2. spacing is the
/// distance of samples (1 by default), of all dims or of each, or the samples' coordinates.
HEARTH_API std::vector<Tensor> gradient(const Tensor& self,
                                        const std::optional<Scalar>& spacing = {},
                                        std::optional<int64_t> dim = {}, int64_t edge_order = 1);
HEARTH_API std::vector<Tensor> gradient(const Tensor& self, const Scalar& spacing, IntArrayRef dim,
                                        int64_t edge_order = 1);
HEARTH_API std::vector<Tensor> gradient(const Tensor& self, IntArrayRef dim,
                                        int64_t edge_order = 1);
HEARTH_API std::vector<Tensor> gradient(const Tensor& self, ArrayRef<Scalar> spacing,
                                        std::optional<int64_t> dim = {}, int64_t edge_order = 1);
HEARTH_API std::vector<Tensor> gradient(const Tensor& self, ArrayRef<Scalar> spacing,
                                        IntArrayRef dim, int64_t edge_order = 1);
HEARTH_API std::vector<Tensor> gradient(const Tensor& self, TensorList spacing,
                                        std::optional<int64_t> dim = {}, int64_t edge_order = 1);
HEARTH_API std::vector<Tensor> gradient(const Tensor& self, TensorList spacing, IntArrayRef dim,
                                        int64_t edge_order = 1);

}  // namespace hearth
