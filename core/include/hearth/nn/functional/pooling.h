// SPDX-License-Identifier: Apache-2.0
// Pooling of [N, C, L] (1d) and [N, C, H, W] (2d), with or without N.
#pragma once

#include <tuple>

#include "hearth/nn/options/pooling.h"
#include "hearth/tensor/tensor.h"

namespace hearth::nn::functional {

HEARTH_API Tensor max_pool1d(const Tensor& input, const MaxPool1dFuncOptions& options);
HEARTH_API Tensor max_pool2d(const Tensor& input, const MaxPool2dFuncOptions& options);
/// The maxima, and where in the flattened image each was.
HEARTH_API std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& input,
                                                              const MaxPool1dFuncOptions& options);
HEARTH_API std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& input,
                                                              const MaxPool2dFuncOptions& options);
HEARTH_API Tensor avg_pool1d(const Tensor& input, const AvgPool1dFuncOptions& options);
HEARTH_API Tensor avg_pool2d(const Tensor& input, const AvgPool2dFuncOptions& options);
HEARTH_API Tensor adaptive_avg_pool1d(const Tensor& input,
                                      const AdaptiveAvgPool1dFuncOptions& options);
HEARTH_API Tensor adaptive_avg_pool2d(const Tensor& input,
                                      const AdaptiveAvgPool2dFuncOptions& options);
HEARTH_API Tensor adaptive_max_pool1d(const Tensor& input,
                                      const AdaptiveMaxPool1dFuncOptions& options);
HEARTH_API Tensor adaptive_max_pool2d(const Tensor& input,
                                      const AdaptiveMaxPool2dFuncOptions& options);
HEARTH_API std::tuple<Tensor, Tensor> adaptive_max_pool1d_with_indices(
    const Tensor& input, const AdaptiveMaxPool1dFuncOptions& options);
HEARTH_API std::tuple<Tensor, Tensor> adaptive_max_pool2d_with_indices(
    const Tensor& input, const AdaptiveMaxPool2dFuncOptions& options);

}  // namespace hearth::nn::functional
