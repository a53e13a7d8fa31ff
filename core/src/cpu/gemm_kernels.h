// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// What becomes of the products a kernel has summed: c = alpha * sum + beta * c + bias.
template <typename T>
struct GemmStore {
  T* c;
  int64_t stride;  ///< between rows of c
  T alpha, beta;   ///< with beta 0, c is not read
  const T* bias;   ///< one per column of c, or null
};

/// The matrix product's inner loops on one thread, for T = float and double; one table per
/// instruction-set level.
template <typename T>
struct GemmKernels {
  int rows;   ///< of c in a register tile: the width of a's panels
  int cols;   ///< of c in a register tile: the width of b's panels
  int depth;  ///< the longest inner dimension that keeps a panel of b in the first-level cache

  /// Copies lines x k elements into panels of `width` lines, dst[panel][k][width], zero-padded.
  void (*pack)(const T* src, int64_t lines, int64_t k, int64_t line_stride, int64_t k_stride,
               int width, T* dst);
  /// c [m, n] from packed a [panel][k][rows] and packed b [panel][k][cols].
  void (*block)(int64_t m, int64_t n, int64_t k, const T* a, const T* b, GemmStore<T> store);
  /// c [m, n] from a and b where they lie; what must be packed goes to `scratch`, cols * k
  /// elements.
  void (*small)(int64_t m, int64_t n, int64_t k, const T* a, int64_t a_row, int64_t a_col,
                const T* b, int64_t b_row, int64_t b_col, T* scratch, GemmStore<T> store);
};

/// A matrix of S times a vector, summed in T: uint16_t stands for bfloat16's bits.
template <typename S, typename T>
struct GemvKernels {
  /// out[i] = row i of a times x; rows are contiguous.
  void (*rows_times_vector)(int64_t m, int64_t k, const S* a, int64_t a_stride, const T* x, T* out);
  /// out[j] = x times column j of b; rows are contiguous.
  void (*vector_times_cols)(int64_t n, int64_t k, const T* x, const S* b, int64_t b_stride, T* out);
};

using FloatGemv = GemvKernels<float, float>;
using DoubleGemv = GemvKernels<double, double>;
using BFloat16Gemv = GemvKernels<uint16_t, float>;

HEARTH_DECLARE_ISA(const GemmKernels<float>&, gemm_kernels_f32)
HEARTH_DECLARE_ISA(const GemmKernels<double>&, gemm_kernels_f64)
HEARTH_DECLARE_ISA(const FloatGemv&, gemv_kernels_f32)
HEARTH_DECLARE_ISA(const DoubleGemv&, gemv_kernels_f64)
HEARTH_DECLARE_ISA(const BFloat16Gemv&, gemv_kernels_bf16)

}  // namespace hearth::cpu
