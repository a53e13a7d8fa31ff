// SPDX-License-Identifier: Apache-2.0
// Spectra of real numbers, of which half is enough.
#pragma once

#include "tensor/tensor_impl.h"

namespace hearth::cuda {

/// What becomes of a spectrum's points on the way.
struct SpectrumRule {
  int64_t n;            ///< points of the whole along the last of the dims
  double scale = 1;     ///< of all points
  double interior = 1;  ///< of those that stand for two, besides
  bool conjugate = false;
  bool real_ends =
      false;  ///< the first and middle points, which stand for one, lose imaginary parts
};

/// Writes `from` into `to`, of the same complex dtype. Along the last of `dims`, the transformed
/// ones, `from` has the first n / 2 + 1 points; `to` as many, or all n of them. They may be the
/// same tensor.
void write_spectrum(const Tensor& to, const Tensor& from, const DimVector& dims,
                    const SpectrumRule& rule);
/// Multiplies a dense complex tensor.
void scale_spectrum(const Tensor& t, double scale);

}  // namespace hearth::cuda
