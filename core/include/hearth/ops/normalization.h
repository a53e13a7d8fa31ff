// SPDX-License-Identifier: Apache-2.0
// Normalizations. Statistics are computed in float for half types; biased variances normalize.
#pragma once

#include <optional>
#include <tuple>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// Normalizes over the last dims, whose sizes are `normalized_shape`; `weight` and `bias` have that
/// shape. Throws ShapeError where sizes do not fit.
HEARTH_API Tensor layer_norm(const Tensor& input, IntArrayRef normalized_shape,
                             const std::optional<Tensor>& weight = {},
                             const std::optional<Tensor>& bias = {}, double eps = 1e-05,
                             bool cudnn_enable = true);
/// layer_norm's result, the means and the reciprocal standard deviations (normalized dims of 1).
HEARTH_API std::tuple<Tensor, Tensor, Tensor> native_layer_norm(const Tensor& input,
                                                                IntArrayRef normalized_shape,
                                                                const std::optional<Tensor>& weight,
                                                                const std::optional<Tensor>& bias,
                                                                double eps);
/// Divides by the root of the mean square over the last dims. eps defaults to the epsilon of the
/// input's dtype.
HEARTH_API Tensor rms_norm(const Tensor& input, IntArrayRef normalized_shape,
                           const std::optional<Tensor>& weight = {},
                           std::optional<double> eps = std::nullopt);
/// Normalizes groups of C / num_groups channels of each sample of [N, C, ...]; `weight` and `bias`
/// are [C].
HEARTH_API Tensor group_norm(const Tensor& input, int64_t num_groups,
                             const std::optional<Tensor>& weight = {},
                             const std::optional<Tensor>& bias = {}, double eps = 1e-05,
                             bool cudnn_enabled = true);
/// Normalizes each channel of [N, C, ...]: with `training` by the batch's statistics, of which
/// `running_mean` and `running_var` (unbiased), when given, move by `momentum`; otherwise by those
/// two. All of weight, bias and running statistics are [C] or undefined.
HEARTH_API Tensor batch_norm(const Tensor& input, const std::optional<Tensor>& weight,
                             const std::optional<Tensor>& bias,
                             const std::optional<Tensor>& running_mean,
                             const std::optional<Tensor>& running_var, bool training,
                             double momentum, double eps, bool cudnn_enabled = true);
/// batch_norm of each sample on its own; running statistics move by the samples' average.
HEARTH_API Tensor instance_norm(const Tensor& input, const std::optional<Tensor>& weight,
                                const std::optional<Tensor>& bias,
                                const std::optional<Tensor>& running_mean,
                                const std::optional<Tensor>& running_var, bool use_input_stats,
                                double momentum, double eps, bool cudnn_enabled = true);

/// batch_norm's result, and the means and reciprocal standard deviations of the batch: empty unless
/// training.
HEARTH_API std::tuple<Tensor, Tensor, Tensor> native_batch_norm(
    const Tensor& input, const std::optional<Tensor>& weight, const std::optional<Tensor>& bias,
    const std::optional<Tensor>& running_mean, const std::optional<Tensor>& running_var,
    bool training, double momentum, double eps);
/// group_norm of an input of N samples, C channels and HxW elements in each, and the groups' means
/// and reciprocal standard deviations [N, group].
HEARTH_API std::tuple<Tensor, Tensor, Tensor> native_group_norm(const Tensor& input,
                                                                const std::optional<Tensor>& weight,
                                                                const std::optional<Tensor>& bias,
                                                                int64_t N, int64_t C, int64_t HxW,
                                                                int64_t group, double eps);

}  // namespace hearth
