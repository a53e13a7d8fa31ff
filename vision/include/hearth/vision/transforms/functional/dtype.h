// SPDX-License-Identifier: Apache-2.0
// Values of images [..., C, H, W] in other types and ranges, with torchvision's rules.
#pragma once

#include "hearth/base/array_ref.h"
#include "hearth/tensor/tensor.h"

namespace hearth::vision::transforms::functional {

/// Values in another type. With `scale` from one type's range to the other's: floating point is in
/// [0, 1], integers from 0 to their largest value. Integers times 1 / largest become floating
/// point; floating point times (largest + 1 - 0.001) is cut off behind the point, values outside
/// [0, 1] are not looked after; integers are shifted. Throws DtypeError for complex numbers and for
/// what floating point is too coarse for (float to int and long, double to long).
HEARTH_API Tensor to_dtype(const Tensor& image, ScalarType dtype = kFloat, bool scale = false);

/// (image - mean) / std of floating-point images; a number for each channel, or one for all.
/// Throws DtypeError for integers, ValueError for a std of 0 and ShapeError for other counts.
HEARTH_API Tensor normalize(const Tensor& image, ArrayRef<double> mean, ArrayRef<double> std,
                            bool inplace = false);

}  // namespace hearth::vision::transforms::functional
