// SPDX-License-Identifier: Apache-2.0
// Optimizer steps on contiguous elements, per instruction set.
#pragma once

#include <cstdint>

#include "backends/optim_args.h"
#include "cpu/isa_select.h"

namespace hearth::cpu {

/// One step over n elements of each array; null where there is no momentum or no amsgrad.
using SgdRun = void (*)(void* param, const void* grad, void* buffer, int64_t n, const SgdArgs& a);
using AdamRun = void (*)(void* param, const void* grad, void* mean, void* square, void* largest,
                         int64_t n, const AdamArgs& a);

/// By dtype: float, double, bfloat16, half.
struct OptimTable {
  SgdRun sgd[4];
  AdamRun adam[4];
};

HEARTH_DECLARE_ISA(const OptimTable&, optim_table)

}  // namespace hearth::cpu
