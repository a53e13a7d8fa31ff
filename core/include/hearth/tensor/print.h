// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <iosfwd>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// As operator<< does, with as many columns of a matrix side by side as fit into `linesize`.
HEARTH_API std::ostream& print(std::ostream& out, const Tensor& tensor, int64_t linesize = 80);

}  // namespace hearth
