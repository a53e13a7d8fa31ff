// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// Loops over indices.
struct IndexTable {
  /// Whether least <= v[k] <= most for all k.
  bool (*within)(const int64_t* v, int64_t n, int64_t least, int64_t most);
  /// at[k] = v[k] * stride, and whether 0 <= v[k] < size for all k.
  bool (*places)(const int64_t* v, int64_t n, int64_t size, int64_t stride, int64_t* at);
};

HEARTH_DECLARE_ISA(const IndexTable&, index_table)

}  // namespace hearth::cpu
