// SPDX-License-Identifier: Apache-2.0
#ifdef HEARTH_ISA_BELOW
#include "cpu/pointwise_kernels.h"
HEARTH_AS_BELOW(const PointwiseTable&, pointwise_c128)
#else
#define HEARTH_COMPUTE complex<double>
#define HEARTH_CLASS C
#define HEARTH_TABLE pointwise_c128
#include "cpu/isa/pointwise_tile.h"
#endif
