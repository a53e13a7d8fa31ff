// SPDX-License-Identifier: Apache-2.0
// The vocabulary of pointwise.def on the device.
#pragma once

#include "cuda/vmath.cuh"

#define HEARTH_ELEMENT_NAMESPACE hearth::cuda
#define HEARTH_ELEMENT_FN __device__ __forceinline__
#define HEARTH_ELEMENT_SLOW inline __device__ __noinline__
#include "pointwise/px_element.h"
