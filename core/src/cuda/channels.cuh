// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/channels.h"
#include "cuda/offset_calculator.cuh"
#include "cuda/source.cuh"

namespace hearth::cuda {

/// Division by a number known before the launch, fast where no dividend passes 2^31.
struct Quotient {
  int64_t divisor;
  Divisor fast;
  bool small;

  Quotient(int64_t d, int64_t most) : divisor(d < 1 ? 1 : d), small(most < (int64_t{1} << 31)) {
    if (small && divisor < (int64_t{1} << 31)) {
      fast = Divisor(static_cast<uint32_t>(divisor));
    } else {
      small = false;
    }
  }
  __device__ __forceinline__ int64_t of(int64_t i) const {
    return small ? static_cast<int64_t>(fast.divide(static_cast<uint32_t>(i))) : i / divisor;
  }
  /// The remainder of i, which becomes the quotient.
  __device__ __forceinline__ int64_t split(int64_t& i) const {
    const int64_t q = of(i), rest = i - q * divisor;
    i = q;
    return rest;
  }
};

}  // namespace hearth::cuda
