// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/options/normalization.h"

namespace hearth::nn::functional {

/// Normalises channels (dim 1) by the batch's statistics when training, updating the running ones,
/// else by the running ones.
HEARTH_API Tensor batch_norm(const Tensor& input, const Tensor& running_mean,
                             const Tensor& running_var, const BatchNormFuncOptions& options = {});
/// As batch_norm, for each sample by itself.
HEARTH_API Tensor instance_norm(const Tensor& input, const InstanceNormFuncOptions& options = {});
/// Normalises over the last dims.
HEARTH_API Tensor layer_norm(const Tensor& input, const LayerNormFuncOptions& options);
/// Divides by the root mean square over the last dims.
HEARTH_API Tensor rms_norm(const Tensor& input, const RMSNormFuncOptions& options);
/// Normalises groups of channels (dim 1) of each sample.
HEARTH_API Tensor group_norm(const Tensor& input, const GroupNormFuncOptions& options);
/// input / max(norm(input, p, dim), eps).
HEARTH_API Tensor normalize(const Tensor& input, const NormalizeFuncOptions& options = {});

}  // namespace hearth::nn::functional
