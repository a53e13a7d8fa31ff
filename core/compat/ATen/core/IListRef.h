// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "hearth/tensor/tensor.h"

namespace hearth {

using ITensorListRef = TensorList;
using IOptTensorListRef = ArrayRef<std::optional<Tensor>>;

}  // namespace hearth
