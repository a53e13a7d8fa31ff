// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/macros.h"

namespace hearth {

/// The instruction set the kernels run with: "v2", "v3" or "v4" of x86-64 (SSE4.2, AVX2, AVX-512),
/// or "base" where there is one variant only. The best that the processor has and this build
/// contains; the environment variable HEARTH_ISA names a lower one. Throws ValueError for a name
/// that is unknown or not available.
HEARTH_API const char* cpu_capability();

}  // namespace hearth
