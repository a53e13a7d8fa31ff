// SPDX-License-Identifier: Apache-2.0
// Indexing and scatter.
#include "hearth/hearth.h"

#include "opinfo/calls.h"

namespace hearth::opinfo {

Calls index_calls() {
  return {
      FUNCTION(argwhere, T),
      FUNCTION(as_strided_scatter, T, T, IL, IL, OI),
      FUNCTION(diagonal_scatter, T, T, I, I, I),
      FUNCTION(fill, T, S),
      FUNCTION(gather, T, I, T, B),
      FUNCTION(index_add, T, I, T, T, S),
      FUNCTION(index_copy, T, I, T, T),
      FUNCTION(index_fill, T, I, T, T),
      FUNCTION(index_fill, T, I, T, S),
      FUNCTION(index_put, T, OTL, T, B),
      FUNCTION(index_reduce, T, I, T, T, STR, B),
      FUNCTION(index_select, T, I, T),
      FUNCTION(masked_fill, T, T, T),
      FUNCTION(masked_fill, T, T, S),
      FUNCTION(masked_scatter, T, T, T),
      FUNCTION(masked_select, T, T),
      FUNCTION(nonzero_static, T, I, I),
      FUNCTION(put, T, T, T, B),
      FUNCTION(scatter, T, I, T, S),
      FUNCTION(scatter, T, I, T, T),
      FUNCTION(scatter, T, I, T, S, STR),
      FUNCTION(scatter, T, I, T, T, STR),
      FUNCTION(scatter_add, T, I, T, T),
      FUNCTION(scatter_reduce, T, I, T, T, STR, B),
      FUNCTION(segment_reduce, T, STR, OT, OT, OT, I, B, OS),
      FUNCTION(select_scatter, T, T, I, I),
      FUNCTION(slice_scatter, T, T, I, OI, OI, I),
      FUNCTION(take, T, T),
      FUNCTION(take_along_dim, T, T, OI),
      FUNCTION(where, T, T, T),
      METHOD(zero_, T),
  };
}

}  // namespace hearth::opinfo
