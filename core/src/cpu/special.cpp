// SPDX-License-Identifier: Apache-2.0
#include "cpu/special.h"

#define HEARTH_SPECIAL_NAMESPACE hearth::cpu::special
#define HEARTH_SPECIAL_FN
#define HEARTH_SPECIAL_LOCAL static
#define HEARTH_SPECIAL_TABLE constexpr
#include "pointwise/special.h"
