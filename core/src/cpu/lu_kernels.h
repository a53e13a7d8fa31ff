// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// Up to this side a real matrix is factored here: its columns stay in the first-level cache, and
/// LAPACK's way of dividing it costs more than it gains.
inline constexpr int kSmallLu = 64;

/// A = P L U in place, as LAPACK's getrf: pivots count from 1, and the answer is the first zero
/// pivot's number, or 0.
template <class T>
struct LuKernels {
  int (*factor)(int m, int n, T* a, int lda, int* pivots);
};

HEARTH_DECLARE_ISA(const LuKernels<float>&, lu_kernels_f32)
HEARTH_DECLARE_ISA(const LuKernels<double>&, lu_kernels_f64)

}  // namespace hearth::cpu
