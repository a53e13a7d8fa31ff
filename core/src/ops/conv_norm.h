// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/ops/conv_norm.h"

#include "ops/conv.h"

namespace hearth {
constexpr ConvActivation last_value(ConvActivation) { return ConvActivation::Hardswish; }

namespace ops {

/// activation(y), as an operator of its own.
Tensor activated(const Tensor& y, ConvActivation activation);

/// See hearth::conv_norm.
struct ConvNorm {
  DimVector stride, padding, dilation;
  int64_t groups = 1;
  double eps = 1e-5;
  ConvActivation activation = ConvActivation::None;
  static constexpr OpInfo info{.name = "conv_norm",
                               .kind = Kind::Fused,
                               .cast = Cast::Float32,
                               .args = {"input",
                                        "weight",
                                        {"bias", arg::optional},
                                        {"mean", arg::optional},
                                        {"var", arg::optional},
                                        {"norm_weight", arg::optional},
                                        {"norm_bias", arg::optional},
                                        {"residual", arg::optional}}};
  HEARTH_OP(ConvNorm, stride, padding, dilation, groups, eps, activation)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
  Convolution convolution() const {
    return {stride, padding, dilation, false, DimVector(stride.size(), 0), groups};
  }
};

}  // namespace ops
}  // namespace hearth
