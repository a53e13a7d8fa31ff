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

/// (self - target)^2. This and the following losses are element by element; self and target
/// broadcast.
HEARTH_API Tensor mse_loss(const Tensor& self, const Tensor& target,
                           int64_t reduction = Reduction::Mean);
/// |self - target|.
HEARTH_API Tensor l1_loss(const Tensor& self, const Tensor& target,
                          int64_t reduction = Reduction::Mean);
/// Half the squared error over beta where the error is below beta >= 0, else |error| - beta / 2.
HEARTH_API Tensor smooth_l1_loss(const Tensor& self, const Tensor& target,
                                 int64_t reduction = Reduction::Mean, double beta = 1.0);
/// Half the squared error where the error is below delta > 0, else delta (|error| - delta / 2).
HEARTH_API Tensor huber_loss(const Tensor& self, const Tensor& target,
                             int64_t reduction = Reduction::Mean, double delta = 1.0);
/// -(target log(self) + (1 - target) log(1 - self)) for probabilities, times `weight`; the
/// logarithms stop at -100. Without its dims of size one, target broadcasts to self: [N] goes with
/// [N, 1]. Throws ValueError for probabilities outside [0, 1].
HEARTH_API Tensor binary_cross_entropy(const Tensor& self, const Tensor& target,
                                       const std::optional<Tensor>& weight = {},
                                       int64_t reduction = Reduction::Mean);
/// binary_cross_entropy of sigmoid(self), without its loss of accuracy; `pos_weight` multiplies
/// the first term.
HEARTH_API Tensor binary_cross_entropy_with_logits(const Tensor& self, const Tensor& target,
                                                   const std::optional<Tensor>& weight = {},
                                                   const std::optional<Tensor>& pos_weight = {},
                                                   int64_t reduction = Reduction::Mean);
/// target (log(target) - self) for log-probabilities `self`; with log_target, target is a logarithm
/// too. Mean divides by the number of elements.
HEARTH_API Tensor kl_div(const Tensor& self, const Tensor& target,
                         int64_t reduction = Reduction::Mean, bool log_target = false);

}  // namespace hearth
