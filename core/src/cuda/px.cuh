// SPDX-License-Identifier: Apache-2.0
// The vocabulary of pointwise.def on the device.
#pragma once

#include "cuda/vmath.cuh"

#define HEARTH_SPECIAL_NAMESPACE hearth::cuda::special
#define HEARTH_SPECIAL_FN inline __device__ __noinline__
#define HEARTH_SPECIAL_LOCAL HEARTH_SPECIAL_FN
#define HEARTH_SPECIAL_TABLE static __device__ const
#include "pointwise/special.h"

namespace hearth::cuda::vmath {
template <class T>
__device__ __forceinline__ T digamma(T x) {
  return static_cast<T>(special::digamma(static_cast<double>(x)));
}
}  // namespace hearth::cuda::vmath

#define HEARTH_ELEMENT_NAMESPACE hearth::cuda
#define HEARTH_ELEMENT_FN __device__ __forceinline__
#define HEARTH_ELEMENT_SLOW inline __device__ __noinline__
#include "pointwise/px_element.h"
