// SPDX-License-Identifier: Apache-2.0
// Kernel header: for functions that CUDA's kernels share with the CPU.
#pragma once

#ifdef __CUDACC__
#define HEARTH_DEVICE_FN __host__ __device__ __forceinline__
#else
#define HEARTH_DEVICE_FN inline
#endif
