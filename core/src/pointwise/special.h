// SPDX-License-Identifier: Apache-2.0
// Special functions of one number that branch and loop: scalar code in double precision, whatever
// type is asked for. Compiled once for the CPU (cpu/special.cpp) and once for the GPU. Before
// including it, define HEARTH_SPECIAL_NAMESPACE, and what stands before a function
// (HEARTH_SPECIAL_FN), before one that only others here call (HEARTH_SPECIAL_LOCAL), and before an
// array of coefficients (HEARTH_SPECIAL_TABLE). Kernel header.
#pragma once

#include "pointwise/special_bessel.h"
#include "pointwise/special_gamma.h"
#include "pointwise/special_normal.h"
#include "pointwise/special_number.h"
#include "pointwise/special_polynomial.h"
