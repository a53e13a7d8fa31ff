// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth::detail {

/// self takes the layout and history of `view`, a view of it (transpose_, squeeze_ ...).
const Tensor& relayout_(const Tensor& self, const Tensor& view);

}  // namespace hearth::detail
