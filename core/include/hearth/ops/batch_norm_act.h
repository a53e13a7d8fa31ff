// SPDX-License-Identifier: Apache-2.0
// Batch norm with what follows it in most networks, as training wants it.
#pragma once

#include "hearth/base/arg.h"
#include "hearth/ops/conv_norm.h"

namespace hearth {

struct HEARTH_API BatchNormActOptions {
  /// Whether statistics are the batch's, and the running ones move.
  HEARTH_ARG(bool, training) = true;
  HEARTH_ARG(double, momentum) = 0.1;
  HEARTH_ARG(double, eps) = 1e-5;
  HEARTH_ARG(ConvActivation, activation) = ConvActivation::None;
};

/// activation(batch_norm(input, weight, bias) + residual): no pass over memory for what follows the
/// norm, forward or backward, and nothing kept for it. input [N, C, ...], floating; weight, bias
/// and running statistics [C], and residual, of input's shape and type, may be undefined.
/// Differentiable.
HEARTH_API Tensor batch_norm_act(const Tensor& input, const Tensor& weight, const Tensor& bias,
                                 const Tensor& running_mean, const Tensor& running_var,
                                 const Tensor& residual, const BatchNormActOptions& options = {});

}  // namespace hearth
