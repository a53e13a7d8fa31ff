// SPDX-License-Identifier: Apache-2.0
#include "cpu/random_kernels.h"

namespace hearth::cpu {

const RandomTable& random(Isa isa) { return HEARTH_CALL_ISA(isa, random_table); }

}  // namespace hearth::cpu
