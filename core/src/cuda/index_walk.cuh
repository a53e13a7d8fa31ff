// SPDX-License-Identifier: Apache-2.0
// Reading and writing with an index along a dim: element [before][j][after] of a tensor of values
// belongs to self at before, at the offset of position j, and at after.
#pragma once

#include "cuda/indexed.cuh"

namespace hearth::cuda {

/// A walk over values; `offsets` gives offsets in self (without the index), positions, and offsets
/// in the values.
struct IndexWalk {
  OffsetCalculator<3> offsets;
  Positions positions;
  int64_t granularity = 0;  ///< divides all offsets of positions
  // Where order matters: the elements at one position, with offsets in self and in the values; and
  // where the values of each position start.
  OffsetCalculator<2> each;
  OffsetCalculator<1> start;
  int64_t most = 0;  ///< offsets of positions are below
};

/// out = self at the walk's positions; zero where an index is out of range.
void read_at(IndexWalk walk, const Tensor& self, const Tensor& out);
/// self at the walk's positions = values.
void write_at(IndexWalk walk, const Tensor& self, const Tensor& values);
/// self at the walk's positions += values. Atomic where order does not matter, so that floating
/// sums may differ in their last bits.
void add_at(const IndexWalk& walk, const Tensor& self, const Tensor& values);

/// The walk over self with one index along `dim`, and values of self's sizes but for that dim.
IndexWalk walk_along(const TensorImpl& self, int64_t dim, const Tensor& index, const Tensor& values,
                     IndexOp op);
/// Fills what a walk needs where order matters, given the dims of `sizes` that positions run along.
void set_order(IndexWalk& walk, const DimVector& sizes, const DimVector& self_strides,
               const DimVector& value_strides, int64_t most, size_t first, size_t past);

}  // namespace hearth::cuda
