// SPDX-License-Identifier: Apache-2.0
#define HEARTH_COMPUTE complex<float>
#define HEARTH_CLASS C
#define HEARTH_TABLE pointwise_c64
#include "cuda/pointwise.cuh"
