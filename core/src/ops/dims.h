// SPDX-License-Identifier: Apache-2.0
// Lists of dims that an op is given.
#pragma once

#include "tensor/tensor_impl.h"

namespace hearth::ops {

/// One entry per dim of a tensor of `n`: 1 for those in `dims`, where none may appear twice.
inline DimVector marked_dims(IntArrayRef dims, int64_t n, std::string_view op) {
  // A 0-dim tensor takes 0 and -1, once.
  DimVector marked(static_cast<size_t>(n == 0 ? 1 : n), 0);
  for (const int64_t d : dims) {
    int64_t& mark = marked[static_cast<size_t>(wrap_dim(d, n, op))];
    HEARTH_CHECK_AS(ValueError, mark == 0, "[", op, "] dim ", d,
                    " appears multiple times in the list of dims");
    mark = 1;
  }
  marked.resize(static_cast<size_t>(n));
  return marked;
}

}  // namespace hearth::ops
