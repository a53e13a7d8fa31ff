// SPDX-License-Identifier: Apache-2.0
// Special functions that the loops of every instruction set call. Kernel header.
#pragma once

namespace hearth::cpu::special {

float nextafter(float a, float b, float digits);
double nextafter(double a, double b, double digits);

#define HEARTH_SPECIAL_1(name) double name(double x);
#define HEARTH_SPECIAL_2(name) double name(double a, double b);
#define HEARTH_SPECIAL_3(name) double name(double a, double b, double c);
HEARTH_SPECIAL_1(lgamma)
HEARTH_SPECIAL_2(polygamma)
HEARTH_SPECIAL_2(zeta)
HEARTH_SPECIAL_2(igamma)
HEARTH_SPECIAL_2(igammac)
HEARTH_SPECIAL_1(ndtri)
HEARTH_SPECIAL_1(erfinv)
HEARTH_SPECIAL_1(i0)
HEARTH_SPECIAL_1(i0e)
HEARTH_SPECIAL_1(i1)
HEARTH_SPECIAL_1(i1e)
HEARTH_SPECIAL_1(i1_slope)
HEARTH_SPECIAL_1(i1e_slope)
HEARTH_SPECIAL_2(bessel)
HEARTH_SPECIAL_2(bessel_slope)
HEARTH_SPECIAL_2(bessel_like)
HEARTH_SPECIAL_3(orthogonal_polynomial)
HEARTH_SPECIAL_1(sin_ratio)
HEARTH_SPECIAL_1(sin_ratio_slope)
HEARTH_SPECIAL_1(frexp_mantissa)
HEARTH_SPECIAL_1(frexp_exponent)
#undef HEARTH_SPECIAL_1
#undef HEARTH_SPECIAL_2
#undef HEARTH_SPECIAL_3

}  // namespace hearth::cpu::special
