// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/options/embedding.h"

namespace hearth::nn::functional {

/// Rows of `weight` [n, d] by the indices in `input`, of any shape: [...] to [..., d].
HEARTH_API Tensor embedding(const Tensor& input, const Tensor& weight,
                            const EmbeddingFuncOptions& options = {});
/// int64 zeros and ones: [...] to [..., num_classes]. With -1, as many classes as occur.
HEARTH_API Tensor one_hot(const Tensor& tensor, int64_t num_classes = -1);

}  // namespace hearth::nn::functional
