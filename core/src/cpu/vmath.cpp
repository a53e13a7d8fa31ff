// SPDX-License-Identifier: Apache-2.0
#include "cpu/vmath_kernels.h"

namespace hearth::cpu {

const VmathTable& vmath(Isa isa) { return HEARTH_CALL_ISA(isa, vmath_table); }

}  // namespace hearth::cpu
