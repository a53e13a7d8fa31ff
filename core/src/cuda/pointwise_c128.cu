// SPDX-License-Identifier: Apache-2.0
#define HEARTH_COMPUTE complex<double>
#define HEARTH_CLASS C
#define HEARTH_TABLE pointwise_c128
#include "cuda/pointwise.cuh"
