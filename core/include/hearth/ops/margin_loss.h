// SPDX-License-Identifier: Apache-2.0
// Losses that compare scores or embeddings, most of them with a margin, and Poisson's likelihood.
// `reduction` is Reduction::None, Mean or Sum; `target` is 1 or -1 where nothing else is said.
#pragma once

#include "hearth/ops/loss.h"

namespace hearth {

/// 1 - cos(input1, input2) where target is 1, max(0, cos - margin) where it is -1. Inputs [N, D]
/// with target [N], or [D] with a 0-dim target.
HEARTH_API Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2,
                                        const Tensor& target, double margin = 0.0,
                                        int64_t reduction = Reduction::Mean);
/// self where target is 1, max(0, margin - self) where it is -1.
HEARTH_API Tensor hinge_embedding_loss(const Tensor& self, const Tensor& target,
                                       double margin = 1.0, int64_t reduction = Reduction::Mean);
/// max(0, -target (input1 - input2) + margin).
HEARTH_API Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2,
                                      const Tensor& target, double margin = 0.0,
                                      int64_t reduction = Reduction::Mean);
/// log(1 + exp(-target self)).
HEARTH_API Tensor soft_margin_loss(const Tensor& self, const Tensor& target,
                                   int64_t reduction = Reduction::Mean);
/// The mean over the classes i other than the target's of max(0, margin - self[target] + self[i])^p
/// times weight[target], for p 1 or 2: self [N, C] or [C], target [N] or 0-dim with class indices.
HEARTH_API Tensor multi_margin_loss(const Tensor& self, const Tensor& target, const Scalar& p = 1,
                                    const Scalar& margin = 1,
                                    const std::optional<Tensor>& weight = {},
                                    int64_t reduction = Reduction::Mean);
/// The sum of max(0, 1 - self[j] + self[i]) over the target classes j and all others i, divided by
/// the number of classes. self and target are [N, C] or [C]; the target lists class indices up to
/// the first -1.
HEARTH_API Tensor multilabel_margin_loss(const Tensor& self, const Tensor& target,
                                         int64_t reduction = Reduction::Mean);
/// max(0, d(anchor, positive) - d(anchor, negative) + margin), d the distance of order p along the
/// last dim. With swap, d(positive, negative) takes the place of the second where it is smaller.
HEARTH_API Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive,
                                      const Tensor& negative, double margin = 1.0, double p = 2.0,
                                      double eps = 1e-6, bool swap = false,
                                      int64_t reduction = Reduction::Mean);
/// exp(input) - target input; or, unless log_input, input - target log(input + eps). `full` adds
/// Stirling's approximation of log(target!) where target > 1.
HEARTH_API Tensor poisson_nll_loss(const Tensor& input, const Tensor& target, bool log_input,
                                   bool full, double eps, int64_t reduction);

}  // namespace hearth
