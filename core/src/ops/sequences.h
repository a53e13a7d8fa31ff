// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "hearth/tensor/dim_vector.h"
#include "hearth/tensor/tensor.h"

namespace hearth::ops {

/// The values of a packed sequence's batch sizes: at least one, not growing, as many as `data` has
/// rows.
DimVector checked_batch_sizes(std::string_view op, const Tensor& batch_sizes, const Tensor& data);

}  // namespace hearth::ops
