// SPDX-License-Identifier: Apache-2.0
// Numbers that a dtype does not hold: tensors cannot be filled with them, computations round them.
#pragma once

#include "hearth/tensor/scalar.h"

namespace hearth {

/// Throws ValueError unless `v` fits `t`, as c10::overflows says: an unsigned type takes the
/// negative numbers whose size it could hold, a floating one infinity and NaN.
void expect_fits(const Scalar& v, ScalarType t);
/// Stores `v` as type `t`: what is too large wraps around, or is infinite. (store_scalar throws.)
void store_rounded(void* to, ScalarType t, const Scalar& v);
/// `v` as type `t` holds it, rounded in that way.
Scalar rounded_to(const Scalar& v, ScalarType t);
/// The largest finite number of a floating type.
double largest_of(ScalarType t);

}  // namespace hearth
