// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>

#include "hearth/base/arg.h"
#include "hearth/base/callable.h"
#include "hearth/nn/enum.h"
#include "hearth/tensor/tensor.h"

namespace hearth::nn {

/// kReLU, kGELU or any function of a tensor.
using activation_t =
    std::variant<enumtype::kReLU, enumtype::kGELU, Callable<Tensor(const Tensor&)>>;

/// Options of TransformerEncoderLayer.
struct TransformerEncoderLayerOptions {
  TransformerEncoderLayerOptions(int64_t d_model, int64_t nhead)
      : d_model_(d_model), nhead_(nhead) {}
  HEARTH_ARG(int64_t, d_model);
  HEARTH_ARG(int64_t, nhead);
  HEARTH_ARG(int64_t, dim_feedforward) = 2048;
  HEARTH_ARG(double, dropout) = 0.1;
  HEARTH_ARG(activation_t, activation) = kReLU;
  HEARTH_ARG(double, layer_norm_eps) = 1e-5;
  /// Whether inputs are [batch, length, d_model] instead of [length, batch, d_model].
  HEARTH_ARG(bool, batch_first) = false;
  /// Whether norms come before attention and feed-forward instead of after the residuals.
  HEARTH_ARG(bool, norm_first) = false;
  HEARTH_ARG(bool, bias) = true;
};

}  // namespace hearth::nn
