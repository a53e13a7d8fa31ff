// SPDX-License-Identifier: Apache-2.0
#define HEARTH_COMPUTE float
#define HEARTH_CLASS F
#define HEARTH_TABLE pointwise_f32
#include "cuda/pointwise.cuh"
