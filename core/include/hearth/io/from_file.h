// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// A vector of `size` elements on the bytes of a file, which are read as they are touched. Writes
/// stay in this process; if `shared` they reach the file, which is made or grown when it is too
/// short.
HEARTH_API Tensor from_file(std::string_view filename, std::optional<bool> shared = std::nullopt,
                            std::optional<int64_t> size = 0, const TensorOptions& options = {});

}  // namespace hearth
