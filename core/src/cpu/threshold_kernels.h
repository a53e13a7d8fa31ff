// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/dtype.h"

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// The first i of [begin, end) with an x[i] that is not <= (or not >=) *bound, as NaN is; else end.
using FindPast = int64_t (*)(const void* x, int64_t begin, int64_t end, const void* bound);

/// By the elements' type; null for half types, bool and complex numbers.
struct ThresholdTable {
  FindPast above[kNumDtypes];
  FindPast below[kNumDtypes];
};

HEARTH_DECLARE_ISA(const ThresholdTable&, threshold_table)

}  // namespace hearth::cpu
