// SPDX-License-Identifier: Apache-2.0
#define HEARTH_COMPUTE int64_t
#define HEARTH_CLASS I
#define HEARTH_TABLE pointwise_i64
#include "cuda/pointwise.cuh"
