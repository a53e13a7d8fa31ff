// SPDX-License-Identifier: Apache-2.0
// Losses; shapes and errors as those of the functions in hearth/ops/loss.h.
#pragma once

#include "hearth/nn/options/loss.h"

namespace hearth::nn::functional {

HEARTH_API Tensor l1_loss(const Tensor& input, const Tensor& target,
                          const L1LossFuncOptions& options = {});
HEARTH_API Tensor mse_loss(const Tensor& input, const Tensor& target,
                           const MSELossFuncOptions& options = {});
HEARTH_API Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                                 const SmoothL1LossFuncOptions& options = {});
HEARTH_API Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                                 const SmoothL1LossFuncOptions& options, double beta);
HEARTH_API Tensor huber_loss(const Tensor& input, const Tensor& target,
                             const HuberLossFuncOptions& options = {});
HEARTH_API Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                                       const BinaryCrossEntropyFuncOptions& options = {});
HEARTH_API Tensor
binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                 const BinaryCrossEntropyWithLogitsFuncOptions& options = {});
HEARTH_API Tensor nll_loss(const Tensor& input, const Tensor& target,
                           const NLLLossFuncOptions& options = {});
HEARTH_API Tensor cross_entropy(const Tensor& input, const Tensor& target,
                                const CrossEntropyFuncOptions& options = {});
HEARTH_API Tensor kl_div(const Tensor& input, const Tensor& target,
                         const KLDivFuncOptions& options = {});

}  // namespace hearth::nn::functional
