// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// Up to this side, what real matrices become by reflections is computed here: column by column
/// like LAPACK's own way with small ones, but on several columns at once and in the first-level
/// cache.
inline constexpr int kSmallSide = 64;

/// For sides up to kSmallSide, with LAPACK's arguments and signs.
template <class T>
struct ReflectionKernels {
  /// geqrf.
  void (*factor)(int rows, int n, T* a, int lda, T* tau);
  /// orgqr.
  void (*form)(int rows, int n, int k, T* a, int lda, const T* tau);
  /// syevd with vectors. Answers -1, and has done nothing, where there is no finite number.
  int (*eigh)(bool lower, int n, T* a, int lda, T* w);
};

HEARTH_DECLARE_ISA(const ReflectionKernels<float>&, reflection_kernels_f32)
HEARTH_DECLARE_ISA(const ReflectionKernels<double>&, reflection_kernels_f64)

}  // namespace hearth::cpu
