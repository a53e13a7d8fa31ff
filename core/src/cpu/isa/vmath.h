// SPDX-License-Identifier: Apache-2.0
#pragma once

// Elementary functions of float and double for kernels. Within 1 ulp for exp, log, sin and cos, 3
// for the rest, with IEEE special cases; vmath_trig.h says what angles beyond 2^45 take.
#include "cpu/isa/vmath_area.h"
#include "cpu/isa/vmath_base.h"
#include "cpu/isa/vmath_erf.h"
#include "cpu/isa/vmath_exp.h"
#include "cpu/isa/vmath_gamma.h"
#include "cpu/isa/vmath_log.h"
#include "cpu/isa/vmath_trig.h"
