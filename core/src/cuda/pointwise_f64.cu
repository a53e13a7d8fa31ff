// SPDX-License-Identifier: Apache-2.0
#define HEARTH_COMPUTE double
#define HEARTH_CLASS F
#define HEARTH_TABLE pointwise_f64
#include "cuda/pointwise.cuh"
