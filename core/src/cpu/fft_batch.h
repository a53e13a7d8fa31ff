// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/tensor/dim_vector.h"

namespace hearth::cpu {

enum class FftKind : uint8_t { Complex, RealToHalf, HalfToReal };

/// Transforms of n points along one dim, for all places of the other dims. Strides are in T, so 2
/// lies between neighbouring complex numbers. A complex transform may run in place.
template <class T>
struct FftBatch {
  FftKind kind = FftKind::Complex;
  int64_t n = 1;
  bool backward = false;
  T scale = 1;
  /// Of a half spectrum: what the points that stand for two are multiplied by.
  T interior = 1;
  bool two_sided = false;     ///< RealToHalf writes all n points
  const T* window = nullptr;  ///< RealToHalf multiplies its input by these

  const T* in = nullptr;
  T* out = nullptr;
  int64_t in_stride = 2, out_stride = 2;
  DimVector sizes, in_strides, out_strides;  ///< of the other dims

  void run() const;
};

}  // namespace hearth::cpu
