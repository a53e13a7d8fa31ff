// SPDX-License-Identifier: Apache-2.0
// Reductions and scans. Dims may be negative; an empty list or none reduces all dims.
#pragma once

#include <optional>
#include <tuple>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// Integers and bool sum as int64 unless dtype says otherwise.
HEARTH_API Tensor sum(const Tensor& self, std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor sum(const Tensor& self, OptionalIntArrayRef dim, bool keepdim = false,
                      std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor all(const Tensor& self);
HEARTH_API Tensor all(const Tensor& self, int64_t dim, bool keepdim = false);

HEARTH_API Tensor any(const Tensor& self);
HEARTH_API Tensor any(const Tensor& self, int64_t dim, bool keepdim = false);

}  // namespace hearth
