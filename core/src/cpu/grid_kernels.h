// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backends/grid_args.h"
#include "cpu/isa_select.h"

namespace hearth::cpu {

/// Of `n` positions of one image; pointers are to its first channel, and to its first position.
struct GridTable {
  void (*forward[2])(const GridArgs&, int64_t n, const void* grid, const void* x, void* y);
  /// Adds to gx.
  void (*backward_input[2])(const GridArgs&, int64_t n, const void* grid, const void* gy, void* gx);
  void (*backward_grid[2])(const GridArgs&, int64_t n, const void* grid, const void* x,
                           const void* gy, void* ggrid);
};
HEARTH_DECLARE_ISA(const GridTable&, grid_table)

}  // namespace hearth::cpu
