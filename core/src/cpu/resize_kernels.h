// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// One dim of an array [outer, in, inner] made another: result r of a line adds up the positions
/// at[k] times weight k, for k in [begin[r], begin[r + 1]).
struct ResizePass {
  int64_t outer, in, out, inner;
  const int32_t* begin;
  const int32_t* at;
  const void* weights;  ///< of the type that is computed in, int16_t of bytes; null: copies
  int64_t origin;       ///< the position that the array begins with
  int64_t taps;         ///< of every result; 0 where they differ
  int shift;            ///< of bytes: binary places of the weights
};

struct ResizeTable {
  void (*run[3])(const ResizePass&, const void* x, void* y);  ///< float, double, uint8
};
HEARTH_DECLARE_ISA(const ResizeTable&, resize_table)

}  // namespace hearth::cpu
