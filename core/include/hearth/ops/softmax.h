// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// exp(x) / sum(exp(x)) along `dim`, of a floating tensor of any shape. With `dtype`, the input is
/// converted to it first. Throws DtypeError for integers without a floating `dtype`, IndexError for
/// a dim out of range.
HEARTH_API Tensor softmax(const Tensor& self, int64_t dim,
                          std::optional<ScalarType> dtype = std::nullopt);
/// log(softmax(x)) along `dim`, without the loss of accuracy of computing it so.
HEARTH_API Tensor log_softmax(const Tensor& self, int64_t dim,
                              std::optional<ScalarType> dtype = std::nullopt);

}  // namespace hearth
