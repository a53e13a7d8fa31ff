// SPDX-License-Identifier: Apache-2.0
// Losses. `reduction` is Reduction::None (one value per element or row), Mean or Sum.
#pragma once

#include <optional>

#include "hearth/tensor/tensor.h"

namespace hearth {

namespace Reduction {
enum Reduction : int64_t { None = 0, Mean = 1, Sum = 2 };
}

/// Cross entropy of logits `self` [N, C], [C] or [N, C, d1, ...] with `target`: class indices
/// (int64, shape of self without C) or class probabilities (floating, shape of self). `weight` [C]
/// rescales classes; indices equal to `ignore_index` count for nothing; `label_smoothing` in [0, 1]
/// mixes the target with the uniform distribution. Mean divides by the sum of the targets' weights
/// (by the number of rows for probabilities). Throws ShapeError where sizes do not fit and
/// IndexError for a class out of range.
HEARTH_API Tensor cross_entropy_loss(const Tensor& self, const Tensor& target,
                                     const std::optional<Tensor>& weight = {},
                                     int64_t reduction = Reduction::Mean,
                                     int64_t ignore_index = -100, double label_smoothing = 0.0);
/// -weight[target] * self[target] for log-probabilities `self`; shapes and the rest as in
/// cross_entropy_loss with class indices.
HEARTH_API Tensor nll_loss(const Tensor& self, const Tensor& target,
                           const std::optional<Tensor>& weight = {},
                           int64_t reduction = Reduction::Mean, int64_t ignore_index = -100);
HEARTH_API Tensor nll_loss_nd(const Tensor& self, const Tensor& target,
                              const std::optional<Tensor>& weight = {},
                              int64_t reduction = Reduction::Mean, int64_t ignore_index = -100);
HEARTH_API Tensor nll_loss2d(const Tensor& self, const Tensor& target,
                             const std::optional<Tensor>& weight = {},
                             int64_t reduction = Reduction::Mean, int64_t ignore_index = -100);

}  // namespace hearth
