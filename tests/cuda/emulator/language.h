// SPDX-License-Identifier: Apache-2.0
// What CUDA C++ adds to C++, for g++: included before everything else in each file of the emulated
// backend (-include). The toolkit's own headers bring the types and the runtime's declarations.
#pragma once

#include <cuda_runtime_api.h>

#undef __shared__
/// One block runs at a time, so what its threads share may be static.
#define __shared__ static
#undef __forceinline__
#define __forceinline__ inline
// Empty, since libstdc++ writes __attribute__((__noinline__)).
#define __noinline__
#undef __launch_bounds__
#define __launch_bounds__(...)

#include "atomics.h"
#include "block.h"
#include "launch.h"
#include "numbers.h"
#include "warp.h"
