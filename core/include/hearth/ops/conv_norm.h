// SPDX-License-Identifier: Apache-2.0
// A convolution with what follows it in most networks, in one pass over its results.
#pragma once

#include <cstdint>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth {

enum class ConvActivation : int8_t { None, ReLU, ReLU6, SiLU, Hardswish };

struct HEARTH_API ConvNormOptions {
  /// One number for each spatial dim, or one for all.
  HEARTH_ARG(std::vector<int64_t>, stride) = {1};
  HEARTH_ARG(std::vector<int64_t>, padding) = {0};
  HEARTH_ARG(std::vector<int64_t>, dilation) = {1};
  HEARTH_ARG(int64_t, groups) = 1;
  /// Of batch norm, added to the variance.
  HEARTH_ARG(double, eps) = 1e-5;
  HEARTH_ARG(ConvActivation, activation) = ConvActivation::None;
};

/// What batch norm knows of each channel, [C] each: any may be undefined, and without `mean` and
/// `var` there is no norm.
struct ConvNormStatistics {
  Tensor mean, var, weight, bias;
};

/// activation(batch_norm(convolution(input, weight, bias)) + residual), with the norm's running
/// statistics: for inference. float or double. bias [C] and residual, which has the result's sizes,
/// may be undefined. Differentiable, but training wants the parts: this keeps none of what they
/// give and computes them again. As torch.nn.utils.fusion.fuse_conv_bn_eval does, without changing
/// weights.
HEARTH_API Tensor conv_norm(const Tensor& input, const Tensor& weight, const Tensor& bias,
                            const ConvNormStatistics& norm, const Tensor& residual,
                            const ConvNormOptions& options = {});

}  // namespace hearth
