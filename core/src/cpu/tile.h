// SPDX-License-Identifier: Apache-2.0
// Element by element over any layouts, in tiles of contiguous elements.
#pragma once

#include "cpu/pointwise_kernels.h"
#include "tensor/tensor_impl.h"

namespace hearth::cpu {

/// One operand of a tiled run: a tensor broadcast to the output, a constant, or absent.
struct TileSlot {
  const Tensor* tensor = nullptr;
  const void* constant = nullptr;  ///< one element of the compute type
};

/// out = fn(slots...), element by element. Inputs of other dtypes are converted to `compute` and
/// results from `result` to out's dtype, tile by tile; contiguous operands of the right type are
/// read and written in place. `params` is passed on.
void run_tiled(TileFn fn, const Tensor& out, ScalarType result, const TileSlot* slots,
               int num_slots, ScalarType compute, const void* params);

/// target = source, broadcast and converted.
void copy_tiled(const Tensor& target, const Tensor& source);
/// Every element of target = value.
void fill_tiled(const Tensor& target, const Scalar& value);

}  // namespace hearth::cpu
