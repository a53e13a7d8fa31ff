// SPDX-License-Identifier: Apache-2.0
// Reductions of any layout, by the loops of cpu/reduce_kernels.h.
#pragma once

#include "cpu/reduce_kernels.h"
#include "tensor/tensor_impl.h"

namespace hearth::cpu {

/// A reduction as kernels call it. Chunks and their order depend on sizes and strides only.
struct Reducing {
  Reduction kind;
  const Tensor& input;
  const DimVector& dims;       ///< empty: all; the arg forms take one dim, or all
  const Tensor* numbers = {};  ///< one per output, of the accumulator's type, for kinds that use c
};

/// The accumulators, contiguous, one per output in logical order: in `out` when that is given and
/// of their type and contiguous, else in a new one-dimensional tensor. `index`, for the arg forms,
/// receives the positions: contiguous int64, one per output.
Tensor reduce(const Reducing& what, const Tensor* out = nullptr, const Tensor* index = nullptr);

/// How many elements go into each output.
int64_t reduced_count(const Tensor& input, const DimVector& dims);

}  // namespace hearth::cpu
