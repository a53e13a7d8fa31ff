// SPDX-License-Identifier: Apache-2.0
#define HEARTH_COMPUTE int32_t
#define HEARTH_CLASS I
#define HEARTH_TABLE pointwise_i32
#include "cuda/pointwise.cuh"
