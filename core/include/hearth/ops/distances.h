// SPDX-License-Identifier: Apache-2.0
// Distances between vectors.
#pragma once

#include <optional>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// The p-norms of the differences of every row of x1 [..., P, M] and every row of x2 [..., R, M],
/// as
/// [..., P, R]. compute_mode says when the norm of order 2 is made of a matrix product, which is
/// faster and less exact: 0 or nothing where P or R is over 25, 1 always, 2 never. The gradient at
/// distance 0 is 0.
HEARTH_API Tensor cdist(const Tensor& x1, const Tensor& x2, double p = 2,
                        std::optional<int64_t> compute_mode = std::nullopt);
/// The distances of all pairs of rows of a matrix, as one vector: (0, 1), (0, 2) ... (1, 2) ...
HEARTH_API Tensor pdist(const Tensor& self, double p = 2);
/// x1 . x2 / (max(|x1|, eps) * max(|x2|, eps)) along dim.
HEARTH_API Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim = 1,
                                    double eps = 1e-8);
/// The p-norm of x1 - x2 + eps over the last dim.
HEARTH_API Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p = 2,
                                    double eps = 1e-6, bool keepdim = false);

}  // namespace hearth
