// SPDX-License-Identifier: Apache-2.0
// What tensor cores take, from sm_80 on: products of fragments that a warp holds in registers, how
// fragments come from shared memory, and copies to shared memory that go on in the background.
// Older devices copy at once, and must not multiply.
#pragma once

#include <cstdint>
#include <type_traits>

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "hearth/base/dtype.h"

namespace hearth::cuda {

/// A place in shared memory, in its own address space; the bytes of a place add up.
using SharedPlace = unsigned;
__device__ __forceinline__ SharedPlace shared_place(const void* p) {
  return static_cast<SharedPlace>(__cvta_generic_to_shared(p));
}

/// Starts to copy 16 bytes, or to write 16 zeros where not `there`; both places are so aligned.
__device__ __forceinline__ void copy_async(SharedPlace to, const void* from, bool there) {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from),
               "r"(there ? 16 : 0)
               : "memory");
#else
  const uint4 v = there ? *static_cast<const uint4*>(from) : uint4{};
  asm volatile("st.shared.v4.u32 [%0], {%1, %2, %3, %4};" ::"r"(to), "r"(v.x), "r"(v.y), "r"(v.z),
               "r"(v.w)
               : "memory");
#endif
}
/// Waits for all copies that this thread has started.
__device__ __forceinline__ void wait_for_copies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_all;" ::: "memory");
#endif
}

/// Loads four matrices of 8x8 half-type elements. Lane 8m + r gives the place of row r of matrix m;
/// lane 4r + c receives elements 2c and 2c + 1 of row r of each.
__device__ __forceinline__ void load_matrices(unsigned (&to)[4], SharedPlace row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(row)
               : "memory");
}
/// The same, each matrix transposed on the way.
__device__ __forceinline__ void load_transposed(unsigned (&to)[4], SharedPlace row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(row)
               : "memory");
}

/// C += A B of 16x16, 16x8 and 16x8 elements. With g = lane / 4 and c = lane % 4, a lane holds of A
/// rows g and g + 8 at columns 2c, 2c + 1 (a0, a1) and 2c + 8, 2c + 9 (a2, a3); of B rows 2c, 2c +
/// 1 (b0) and 2c + 8, 2c + 9 (b1) at column g; of C row g (c0, c1) and g + 8 (c2, c3) at columns 2c
/// and 2c + 1.
template <class H>
__device__ __forceinline__ void multiply(float& c0, float& c1, float& c2, float& c3,
                                         const unsigned (&a)[4], unsigned b0, unsigned b1) {
#if __CUDA_ARCH__ >= 800
  if constexpr (std::is_same_v<H, Half>) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c0), "+f"(c1), "+f"(c2), "+f"(c3)
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
  } else {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c0), "+f"(c1), "+f"(c2), "+f"(c3)
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
  }
#else
  __trap();
#endif
}

/// Two numbers as neighbours of a half type, the first in the lower half.
template <class H>
__device__ __forceinline__ unsigned pack(float low, float high) {
  if constexpr (std::is_same_v<H, Half>) {
    const __half2 both = __floats2half2_rn(low, high);
    return *reinterpret_cast<const unsigned*>(&both);
  } else {
    const __nv_bfloat162 both = __floats2bfloat162_rn(low, high);
    return *reinterpret_cast<const unsigned*>(&both);
  }
}

/// 2^x as the hardware gives it: within two units in the last place.
__device__ __forceinline__ float fast_exp2(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

}  // namespace hearth::cuda
